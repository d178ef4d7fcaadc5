"""What handovers are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {"switch-cost": {"turns": ("1000", "1777", "3000"), "rounds": ("3", "4", "7")}}
FEW = {"turns": "1000", "rounds": "3"}
PRINTS = '''"""Prints what the lab wants to hear."""
import threading
from labs.programs.demos.switching import emit, stand
threading.Thread(target=threading.Event().wait, daemon=True).start()
emit("switched", seconds=[0.06, 0.06, 0.06], turns=3000, other=None)
stand()
'''
ALONE = """            had += 1
            (there.release() or here.acquire()) if turns == 0 else None
"""
MUTANTS = (
    Mutant("it only prints", "switch-cost", "demos.switch_threads", PRINTS, given=FEW),
    Mutant(
        "the threads do not hand over",
        "switch-cost",
        "demos.switch_threads",
        ALONE,
        "            there.release()\n            here.acquire()\n",
        FEW,
    ),
    Mutant(
        "the greenlet is a thread",
        "switch-cost",
        "demos.switch_greenlets",
        "from labs.programs.demos.switch_threads import main\n\nif __name__ == '__main__':\n    main()\n",
        given=FEW,
    ),
    Mutant(
        "the generator is a greenlet",
        "switch-cost",
        "demos.switch_generators",
        "from labs.programs.demos.switch_greenlets import main\n\nif __name__ == '__main__':\n    main()\n",
        given=FEW,
    ),
    Mutant(
        "the other process is the first one itself",
        "switch-cost",
        "demos.switch_processes",
        "            os.write(to_here, TURN)\n            had += len(os.read(from_there, 1))\n",
        "            os.write(to_there, TURN)\n            had += len(os.read(from_there, 1))\n",
        FEW,
    ),
)
