"""Parameters and wrong programs with which ghost_events is tested."""

from tests.mutants import Drawn, Mutant

SCENARIO, PROGRAM = "ghost-events", "demos.ghosts"
DRAWN: Drawn = {SCENARIO: {"count": ("1", "60")}}
# Written from the catalog alone.
PRINTS = '''"""Prints all that a right program prints, and watches nothing."""
import sys
from labs.programs.events import checkpoint, emit
emit("ready", platform=sys.platform)
checkpoint("registered")
checkpoint("closed")
refused = ["[Errno 9] Bad file descriptor"]
checkpoint("copies-closed", reported={"ghosts": 5, "cured": 0}, again=5, refusals=refused)
'''
MUTANTS = (
    Mutant("it only prints", SCENARIO, PROGRAM, PRINTS),
    Mutant(
        "it has no copies",
        SCENARIO,
        PROGRAM,
        "self.copy = os.open(os.devnull, os.O_RDONLY)",
        "self.copy = os.dup(self.reader)",
    ),
    Mutant(
        "it does not close",
        SCENARIO,
        PROGRAM,
        "os.write(pipe.writer",
        "os.close(pipe.reader)\n            os.write(pipe.writer",
    ),
    Mutant("it never cures", SCENARIO, PROGRAM, "pass", "cured.unregister(pipe.reader)"),
    Mutant("it watches the copy", SCENARIO, PROGRAM, "epoll.register(self.copy,", "epoll.register(self.reader,"),
)
