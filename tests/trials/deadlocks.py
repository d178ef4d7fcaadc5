"""What deadlocks are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {"deadlock": {"threads": ("3", "8", "20"), "order": ("opposite", "same")}}
PRINTS = '''"""Says that nobody finished, and has no threads."""
import threading
from labs.programs.events import emit
emit("ready", platform="linux", finished=0)
threading.Event().wait()
'''
SAME = 'if options.order == "same":'
MUTANTS = (
    Mutant("it only prints", "deadlock", "demos.ring_of_locks", PRINTS),
    Mutant(
        "it takes them in one order",
        "deadlock",
        "demos.ring_of_locks",
        "if options.order:",
        'if options.order == "same":',
    ),
    Mutant(
        "it takes them as they come",
        "deadlock",
        "demos.ring_of_locks",
        "if not options.order:",
        SAME,
        {"order": "same"},
    ),
    Mutant(
        "it tries again and again",
        "deadlock",
        "demos.ring_of_locks",
        "while not second.acquire(timeout=0.01):\n            pass\n        if second:",
        "with second:",
    ),
)
