"""What transfers are tried with."""

from tests.trials import Drawn, Mutant

SIZES = ("1B", "1KiB", "200KiB")
LINUX = {"clients": ("1", "37", "300"), "nofile": ("64", "256", "2000"), "size": SIZES}
WINDOWS = {"clients": ("3", "40", "520"), "size": ("1B", "8KiB")}

DRAWN: Drawn = {
    **{f"{selector}-{clients}": LINUX for selector in ("epoll", "poll", "select") for clients in (500, 1100)},
    "c10k": {
        "clients": ("2000", "6000"),
        "nofile": ("1000", "8000"),
        "selector": ("poll", "epoll"),
        "size": ("1B", "4KiB"),
    },
    "epoll-ragged": LINUX,
    "windows-500": WINDOWS,
    "windows-600": WINDOWS,
    "windows-sliced": WINDOWS,
}
SMALL = {"clients": "20", "size": "1KiB"}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import emit
emit("ready", selector="EpollSelector", platform="linux", descriptors=5)
input()
input()
'''
KEEPS = """            self.accepted += 1
            self.kept = [*getattr(self, "kept", ()), os.open(os.devnull, os.O_RDONLY)]
"""
LOOP = "        self.selector.register(self.listener, selectors.EVENT_READ)\n"
MUTANTS = (
    Mutant("it only prints that it is ready", "epoll-500", "servers.transfer", PRINTS, given=SMALL),
    Mutant(
        "its epoll is poll",
        "epoll-500",
        "servers.transfer",
        '"epoll": "PollSelector"',
        '"epoll": "EpollSelector"',
        SMALL,
    ),
    Mutant(
        "it sends other bytes",
        "poll-500",
        "servers.transfer",
        "payload(options.seed + 1,",
        "payload(options.seed,",
        SMALL,
    ),
    Mutant(
        "it keeps a descriptor more", "select-500", "servers.transfer", KEEPS, "            self.accepted += 1\n", SMALL
    ),
    Mutant(
        "it dies at its limit for another reason",
        "epoll-500",
        "servers.transfer",
        LOOP + '        raise OSError(24, "Too many open files")\n',
        LOOP,
        {**SMALL, "nofile": "16"},
    ),
    Mutant(
        "it forgets the bytes of uploads",
        "epoll-500",
        "servers.connection",
        "            pass\n",
        "            self.received = self.received or Bodies()\n            self.received.add(item)\n",
        SMALL,
    ),
)
