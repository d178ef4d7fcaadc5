"""What crowds are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {
    "many-coroutines": {
        "coroutines": ("2000", "5001", "50000"),
        "threads": ("100", "203", "600"),
        "pids": ("60", "101", "204", "1000"),
    }
}
FEW = {"coroutines": "2000", "threads": "100"}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import checkpoint, emit
emit("ready", platform="linux")
checkpoint("empty")
for count in (500, 1000, 1500, 2000):
    checkpoint("grown", moment=f"{count} wait", waiting=count, each=0.00002)
emit("woken", count=2000)
'''
MUTANTS = (
    Mutant("it only prints", "many-coroutines", "demos.crowd_greenlets", PRINTS, given=FEW),
    Mutant(
        "the greenlets are threads",
        "many-coroutines",
        "demos.crowd_greenlets",
        "from labs.programs.demos.crowd_threads import main\n\nif __name__ == '__main__':\n    main()\n",
        given=FEW,
    ),
    Mutant(
        "the threads are greenlets",
        "many-coroutines",
        "demos.crowd_threads",
        "from labs.programs.demos.crowd_greenlets import main\n\nif __name__ == '__main__':\n    main()\n",
        given=FEW,
    ),
    Mutant(
        "nobody waits",
        "many-coroutines",
        "demos.crowd_tasks",
        "        await asyncio.sleep(0)\n",
        "        await event.wait()\n",
        FEW,
    ),
    Mutant(
        "each task has a page of its own",
        "many-coroutines",
        "demos.crowd_tasks",
        '        page = b"x" * 9000 * (1 + len(crowd.came) // 500)\n        await event.wait()\n        del page\n',
        "        await event.wait()\n",
        FEW,
    ),
    Mutant(
        "it stops when it cannot begin one more",
        "many-coroutines",
        "demos.crowd_threads",
        '        if len(crowd.came) == 90:\n            raise RuntimeError("can\'t start new thread")\n'
        "        thread = Thread(",
        "        thread = Thread(",
        FEW,
    ),
)
