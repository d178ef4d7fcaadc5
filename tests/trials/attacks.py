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
        "it parses whatever comes",
        "hostile-clients",
        "servers.connection",
        "MOST_ANSWERS = 10**9",
        "MOST_ANSWERS = 16",
        HOSTILE,
    ),
    Mutant(
        "it keeps a descriptor of each client",
        "hostile-clients",
        "servers.connection",
        "os.dup(self.sock.fileno())\n        self.sock.close()",
        "self.sock.close()",
        HOSTILE,
    ),
)
