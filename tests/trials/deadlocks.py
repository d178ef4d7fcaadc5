"""What deadlocks are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {"deadlock": {"threads": ("2", "3", "7", "40"), "order": ("opposite", "same")}}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.demos.standing import stand
from labs.programs.arguments import add_address, options_of
from labs.programs.events import emit
parser = options_of("")
add_address(parser)
for one in (0, 1):
    emit("holds", thread=one, native=one, lock=one, wants=1 - one)
stand(parser.parse_known_args()[0])
'''
SECOND = "            with self.locks[second]:\n"
SPINS = "            while not self.locks[second].acquire(timeout=0.01):\n                pass\n            if True:\n"
GIVES_UP = "            if self.locks[second].acquire(timeout=0.1):\n"
MUTANTS = (
    Mutant("it only prints", "deadlock", "demos.lock_ring", PRINTS),
    Mutant("each gives up after a while", "deadlock", "demos.lock_ring", GIVES_UP, SECOND),
    Mutant("each looks for its lock again and again", "deadlock", "demos.lock_ring", SPINS, SECOND),
    Mutant("all take the lower one first", "deadlock", "demos.lock_ring", 'order != ""', 'order == "same"'),
    Mutant(
        "each begins with its own",
        "deadlock",
        "demos.lock_ring",
        'order == ""',
        'order == "same"',
        {"order": "same", "threads": "3"},
    ),
)
