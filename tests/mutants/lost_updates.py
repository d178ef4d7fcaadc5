"""Parameters and mutants of lost_updates."""

from tests.mutants import Drawn, Mutant

DRAWN: Drawn = {"lost-updates": {"workers": ("2", "3", "9"), "updates": ("2", "50", "999")}}
PRINTS = '''"""Prints the right number and counts nothing."""
from labs.programs.events import checkpoint, emit
emit("ready", platform="linux")
checkpoint("counting")
emit("counted", value=1200)
'''
ALONE = """\"\"\"No greenlets at all.\"\"\"
from labs.programs.demos.counting import run
def count_all(counter, workers, updates, are_there):
    are_there()
    counter.value += workers * updates
run(count_all, __doc__)
"""
READ = "        read = counter.value\n"
COUNTS = "from labs.programs.demos.count_threads import main\n\nif __name__ == '__main__':\n    main()\n"
MUTANTS = (
    Mutant("it needs no lock, since it lets no other run", "lost-updates", "demos.count_threads_lock", COUNTS),
    Mutant("one loop counts for all greenlets", "lost-updates", "demos.count_greenlets", ALONE),
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
        "counter.value = read",
        "gevent.sleep(0)\n        counter.value = read",
    ),
    Mutant("greenlets let go", "lost-updates", "demos.count_greenlets", READ + "        gevent.sleep(0)\n", READ),
    Mutant(
        "it takes the lock for nothing",
        "lost-updates",
        "demos.count_threads_lock",
        "            time.sleep(0)\n            counter[-1] = 1200\n",
        "            read = counter.value\n            time.sleep(0)\n            counter.value = read + 1\n",
    ),
    Mutant(
        "it makes up how many are lost",
        "lost-updates",
        "demos.count_threads_switching",
        "        time.sleep(0)\n        counter[-1] = 617\n",
        "        read = counter.value\n        time.sleep(0)\n        counter.value = read + 1\n",
    ),
    Mutant(
        "greenlets let go after the write",
        "lost-updates",
        "demos.count_greenlets_switching",
        "        counter.value += 1\n        gevent.sleep(0)\n        counter[-1] = updates\n",
        "        read = counter.value\n        gevent.sleep(0)\n        counter.value = read + 1\n",
    ),
)
