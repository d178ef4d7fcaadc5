"""What tallies are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {
    "lost-updates": {
        "workers": ("2", "3", "9"),
        "updates": ("20", "101", "400"),
        "every": ("1", "2", "7", "500"),
        "plain": ("100000", "300000"),
    }
}
FEW = {"updates": "50", "plain": "100000"}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import checkpoint, emit
emit("ready", platform="linux")
checkpoint("gathered")
emit("counted", value=200, added=200, interrupted=1, python=[3, 11], gil=True)
'''
LOCK = "        with LOCK:\n"
MUTANTS = (
    Mutant("it only prints", "lost-updates", "demos.count_locked", PRINTS, given=FEW),
    Mutant("the lock is missing", "lost-updates", "demos.count_locked", "        if LOCK:\n", LOCK, FEW),
    Mutant(
        "nobody comes between",
        "lost-updates",
        "demos.count_unlocked",
        "from labs.programs.demos.count_locked import main\n\nif __name__ == '__main__':\n    main()\n",
        given=FEW,
    ),
    Mutant(
        "the switch is inside", "lost-updates", "demos.count_greenlets", "        gevent.sleep(0)\n        count.value = value + 1\n",
        "        count.value = value + 1\n        gevent.sleep(0)\n", FEW,
    ),  # fmt: skip
    Mutant(
        "the switch comes one update later",
        "lost-updates",
        "demos.count_switching",
        "number % options.every == 1",
        "number % options.every == 0",
        {**FEW, "every": "3", "updates": "50"},
    ),
    Mutant(
        "there is a call between",
        "lost-updates",
        "demos.count_plain",
        "        value = count.value\n        count.value = abs(value) + 1\n",
        "        count.value += 1\n",
        {"updates": "50", "plain": "500000"},
    ),
)
