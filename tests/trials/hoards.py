"""What hoards are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {
    "tutorial-server": {
        "clients": ("5", "60", "530"),
        "nofile": ("64", "101", "1025", "2000"),
        "selector": ("select", "poll", "epoll"),
    }
}
SMALL = {"clients": "20"}
OPENS = '        self.files[sock] = open(name, "rb"), size  # noqa: PTH123, SIM115 - that is the mistake\n'
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import emit
emit("ready", platform="linux", descriptors=5)
input()
'''
MUTANTS = (
    Mutant("it only prints", "tutorial-server", "servers.tutorial", PRINTS, given=SMALL),
    Mutant(
        "it opens the song for the first client alone",
        "tutorial-server",
        "servers.tutorial",
        '        song = next(iter(self.files.values()), None)\n'
        '        self.files[sock] = (song or (open(name, "rb"), size))[0], size\n        song and song[0].seek(0)\n',
        OPENS,
        SMALL,
    ),
    Mutant(
        "it closes what it has read",
        "tutorial-server",
        "servers.tutorial",
        "        if file.tell() == size:\n            file.close()\n",
        "        if file.tell() == size:\n",
        SMALL,
    ),
    Mutant(
        "it opens each file twice",
        "tutorial-server",
        "servers.tutorial",
        OPENS + '        self.more = [*getattr(self, "more", ()), open(name, "rb")]\n',
        OPENS,
        SMALL,
    ),
    Mutant(
        "it keeps other descriptors than files",
        "tutorial-server",
        "servers.tutorial",
        '        import io\n\n        self.files[sock] = io.BytesIO(open(name, "rb").read()), size\n'
        '        self.more = [*getattr(self, "more", ()), os.dup(0)]\n',
        OPENS,
        SMALL,
    ),
    Mutant("it is the right server", "tutorial-server", "servers.tutorial", "from labs.programs.servers.tutorial_right "
           "import main\nmain()\n", given=SMALL),
)  # fmt: skip
