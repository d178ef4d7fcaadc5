"""Parameters and mutants of file_per_client."""

from tests.mutants import Drawn, Mutant

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
TELLS = '''"""Downloads nothing, and tells that it did."""
from labs.programs.events import checkpoint, emit
checkpoint("ready", platform="linux", clients=20)
checkpoint("connected", clients=20)
emit("finished", served=20)
'''
MUTANTS = (
    Mutant("it only prints", "tutorial-server", "servers.tutorial", PRINTS, given=SMALL),
    Mutant(
        "it opens the song for the first client alone",
        "tutorial-server",
        "servers.tutorial",
        "        song = next(iter(self.files.values()), None)\n"
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
    Mutant(
        "it is the right server",
        "tutorial-server",
        "servers.tutorial",
        "from labs.programs.servers.tutorial_correct import main\nmain()\n",
        given=SMALL,
    ),
    Mutant(
        "its select is poll",
        "tutorial-server",
        "servers.selector_option",
        '"select": "PollSelector"',
        '"select": "SelectSelector"',
        SMALL,
    ),
    Mutant(
        "it opens another file", "tutorial-server", "servers.tutorial", OPENS.replace("name", "__file__"), OPENS, SMALL
    ),
    Mutant(
        "a client downloads nothing",
        "tutorial-server",
        "clients.tutorial",
        "came = ANSWER",
        'came = b""',
        SMALL,
    ),
    Mutant(
        "clients leave at once",
        "tutorial-server",
        "clients.tutorial",
        "    sock.close()\n    return sock\n",
        "    return sock\n",
        SMALL,
    ),
    Mutant(
        "clients leave at once, and the server dies all the same",
        "tutorial-server",
        "clients.tutorial",
        "    sock.close()\n    return sock\n",
        "    return sock\n",
        {"clients": "60", "nofile": "64"},
    ),
    Mutant("the client only prints", "tutorial-server", "clients.tutorial", TELLS, given=SMALL),
    Mutant(
        "a copy of the socket in the place of a file",
        "tutorial-server",
        "servers.tutorial",
        '        self.files[sock] = __import__("io").BytesIO(open(name, "rb").read()), size\n'
        '        self.more = [*getattr(self, "more", []), sock.dup()]\n',
        '        self.files[sock] = open(name, "rb"), size  # noqa: PTH123, SIM115 - that is the mistake\n',
    ),
    Mutant(
        "a device in the place of a file",
        "tutorial-server",
        "servers.tutorial",
        '        self.files[sock] = __import__("io").BytesIO(open(name, "rb").read()), size\n'
        '        self.more = [*getattr(self, "more", []), open(os.devnull)]\n',
        '        self.files[sock] = open(name, "rb"), size  # noqa: PTH123, SIM115 - that is the mistake\n',
    ),
    Mutant(
        "it closes its files and raises the error by hand",
        "tutorial-server",
        "servers.tutorial",
        '        self.files[sock] = __import__("io").BytesIO(open(name, "rb").read()), size\n'
        '        self.count = getattr(self, "count", 0) + 1\n'
        "        if self.count > 510:\n"
        '            raise OSError(24, "Too many open files")\n',
        '        self.files[sock] = open(name, "rb"), size  # noqa: PTH123, SIM115 - that is the mistake\n',
    ),
)
