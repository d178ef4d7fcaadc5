"""Parameters and mutants of task_footprint."""

from tests.mutants import Drawn, Mutant

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
ARRAYS = '''"""Keeps bytes instead of tasks."""
from labs.programs.events import checkpoint, emit
emit("ready", platform="linux")
checkpoint("empty")
kept = []
for count in (500, 1000, 1500, 2000):
    while len(kept) < count:
        kept.append(bytearray(SIZE))
    checkpoint("grown", moment=f"{count} wait", waiting=count, each=EACH)
checkpoint("woken", count=2000)
'''
TASKS_WITH_BALLAST = '''"""Tasks of asyncio that are as large as greenlets."""
import asyncio
from labs.programs.demos.footprint import Crowd, run
crowd, loop, event = Crowd(), asyncio.new_event_loop(), asyncio.Event()
async def wait():
    crowd.came.append(None)
    ballast = bytes(6000)
    sum(range(2000))
    await event.wait()
    crowd.go_on()
async def release(tasks):
    event.set()
    await asyncio.gather(*tasks)
settle = lambda _: loop.run_until_complete(asyncio.sleep(0))
run(crowd, lambda: loop.create_task(wait()), settle, lambda tasks: loop.run_until_complete(release(tasks)), __doc__)
'''
MUTANTS = (
    Mutant(
        "the tasks are bytes",
        "many-coroutines",
        "demos.footprint_tasks",
        ARRAYS.replace("SIZE", "1100").replace("EACH", "0.000006"),
        given=FEW,
    ),
    Mutant(
        "the greenlets are bytes",
        "many-coroutines",
        "demos.footprint_greenlets",
        ARRAYS.replace("SIZE", "8000").replace("EACH", "0.000014"),
        given=FEW,
    ),
    Mutant(
        "the greenlets are tasks with ballast",
        "many-coroutines",
        "demos.footprint_greenlets",
        TASKS_WITH_BALLAST,
        given=FEW,
    ),
    Mutant(
        "the threads poll",
        "many-coroutines",
        "demos.footprint_threads",
        "        while not event.wait(0.05):\n            pass\n",
        "        event.wait()\n",
        FEW,
    ),
    Mutant(
        "no greenlet goes on",
        "many-coroutines",
        "demos.footprint_greenlets",
        "        crowd.went.extend(None for _ in greenlets)\n",
        "        event.set()\n        gevent.joinall(greenlets)\n",
        FEW,
    ),
    Mutant("it only prints", "many-coroutines", "demos.footprint_greenlets", PRINTS, given=FEW),
    Mutant(
        "the greenlets are threads",
        "many-coroutines",
        "demos.footprint_greenlets",
        "from labs.programs.demos.footprint_threads import main\n\nif __name__ == '__main__':\n    main()\n",
        given=FEW,
    ),
    Mutant(
        "the threads are greenlets",
        "many-coroutines",
        "demos.footprint_threads",
        "from labs.programs.demos.footprint_greenlets import main\n\nif __name__ == '__main__':\n    main()\n",
        given=FEW,
    ),
    Mutant(
        "no task waits",
        "many-coroutines",
        "demos.footprint_tasks",
        "        await asyncio.sleep(0)\n",
        "        await event.wait()\n",
        FEW,
    ),
    Mutant(
        "each task has a page of its own",
        "many-coroutines",
        "demos.footprint_tasks",
        '        page = b"x" * 9000 * (1 + len(crowd.came) // 500)\n        await event.wait()\n        del page\n',
        "        await event.wait()\n",
        FEW,
    ),
    Mutant(
        "it stops when it cannot begin one more",
        "many-coroutines",
        "demos.footprint_threads",
        '        if len(crowd.came) == 90:\n            raise RuntimeError("can\'t start new thread")\n'
        "        thread = Thread(",
        "        thread = Thread(",
        FEW,
    ),
)
