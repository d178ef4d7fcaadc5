"""What attacks are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {
    "hostile-clients": {
        "clients": ("5", "80"),
        "each": ("1", "8"),
        "selector": ("poll", "epoll"),
        "size": ("1KiB", "300KiB"),
    }
}
HOSTILE = {"clients": "10", "each": "10"}
MUTANTS = (
    Mutant(
        "it sets a megabyte aside for each client",
        "hostile-clients",
        "servers.connection",
        'self.room = b"x" * 1024**2\n        self.refused = self.ended = False',
        "self.refused = self.ended = False",
        HOSTILE,
    ),
    Mutant(
        "it keeps a descriptor of each client",
        "hostile-clients",
        "servers.connection",
        "self.server.kept = [*getattr(self.server, 'kept', ()), self.sock.dup()]\n        self.sock.close()",
        "self.sock.close()",
        HOSTILE,
    ),
)
