"""What counters are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {"lost-updates": {"workers": ("2", "3", "9"), "updates": ("2", "50", "999")}}
PRINTS = '''"""Prints the right number and counts nothing."""
from labs.programs.events import checkpoint, emit
emit("ready", platform="linux")
checkpoint("counting")
emit("counted", value=1200)
'''
READ = "        read = counter.value\n"
MUTANTS = (
    Mutant("it only prints", "lost-updates", "demos.count_threads", PRINTS),
    Mutant("the lock is left out", "lost-updates", "demos.count_threads_lock", "if lock:", "with lock:"),
    Mutant(
        "its lock is given back too soon",
        "lost-updates",
        "demos.count_threads_lock",
        "with lock:\n            read = counter.value\n        time.sleep(0)\n        if lock:\n",
        "with lock:\n            read = counter.value\n            time.sleep(0)\n",
    ),
    Mutant(
        "greenlets do not let go",
        "lost-updates",
        "demos.count_greenlets_switching",
        "pass",
        "gevent.sleep(0)\n        c",
    ),
    Mutant("greenlets let go", "lost-updates", "demos.count_greenlets", READ + "        gevent.sleep(0)\n", READ),
)
