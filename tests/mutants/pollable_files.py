"""Parameters and wrong programs with which pollable_files is tested."""

from tests.mutants import Drawn, Mutant

SCENARIO, PROGRAM = "epoll-files", "demos.pollable"
DRAWN: Drawn = {SCENARIO: {"copies": ("1", "40")}}
# Written from the catalog alone.
PRINTS = '''"""Prints all that a right program prints, and asks nothing."""
import sys
from labs.programs.events import checkpoint, emit
emit("ready", platform=sys.platform)
always, waits = ("regular file", "/dev/null"), ("pipe", "socket", "eventfd", "timerfd")
for moment, ready in (("at first", False), ("after", True)):
    plain = {**dict.fromkeys(always, True), **dict.fromkeys(waits, ready)}
    refused = {**plain, **dict.fromkeys(always, "[Errno 1] Operation not permitted")}
    checkpoint("asked", moment=moment, answers={"select": plain, "poll": plain, "epoll": refused})
'''
MUTANTS = (
    Mutant("it only prints", SCENARIO, PROGRAM, PRINTS),
    Mutant("its epoll has one of each kind", SCENARIO, PROGRAM, "for kinds, _ in made[:1]:", "for kinds, _ in made:"),
    Mutant("its file is a pipe", SCENARIO, PROGRAM, '"regular file": reader', '"regular file": file'),
    Mutant("nothing happens", SCENARIO, PROGRAM, "happen", "happen()"),
    Mutant(
        "epoll is select",
        SCENARIO,
        PROGRAM,
        "by_select(descriptor) for kind",
        "refused.get(kind, descriptor in ready) for kind",
    ),
    Mutant(
        "it watches copies of one pipe",
        SCENARIO,
        PROGRAM,
        "epoll.register(os.dup(made[0][0]['pipe']), select.EPOLLIN)",
        "epoll.register(descriptor, select.EPOLLIN)",
    ),
)
