"""What tasks that sleep are tried with."""

from tests.exercises import Program

STARTER = "order"
PRINTS = """\
import sys, time
from labs.programs.events import checkpoint, emit
scale = float(sys.argv[4])
sleeps = [scale * float(text) for text in sys.argv[2].split(",")]
checkpoint("begins")
emit("ready", platform="linux")
for number, _ in enumerate(sleeps, 1):
    print(f"task {number} goes to sleep", flush=True)
for number in sorted(range(len(sleeps)), key=lambda one: sleeps[one]):
    print(f"task {number + 1} is back", flush=True)
checkpoint("slept", seconds=max(sleeps), spans=[[0, one] for one in sleeps])
"""
SPAWN = "tasks = [gevent.spawn(task, number, seconds) for number, seconds in sleeps]"
THREADS = """\
import threading

    spans = {}

    def keep(number: int, seconds: float) -> None:
        begun = time.perf_counter()
        print(f"task {number} goes to sleep", flush=True)
        time.sleep(seconds)
        print(f"task {number} is back", flush=True)
        spans[number] = (begun, time.perf_counter())

    made = [threading.Thread(target=keep, args=one) for one in sleeps]
    for one in made:
        one.start()
    for one in made:
        one.join()
    return [spans[number] for number, _ in sleeps]
    tasks = []"""
BUSY = "while time.perf_counter() < begun + seconds:\n        gevent.sleep(0)"
SLEEP = "gevent.sleep(seconds)"
PATCHED = """\
from gevent import monkey

monkey.patch_all()

import time

import gevent

from labs.programs.demos.sleeping import run


def task(number, seconds):
    begun = time.perf_counter()
    print(f"task {number} goes to sleep", flush=True)
    time.sleep(seconds)
    print(f"task {number} is back", flush=True)
    return begun, time.perf_counter()


def sleep_all(sleeps):
    return [one.get() for one in [gevent.spawn(task, *one) for one in sleeps]]


run(sleep_all, None, None)
"""
WRONG = (
    Program("it only prints", "tasks.py", PRINTS, finding="each_task_was_a_greenlet_that_handed_over"),
    Program("it sleeps with the unpatched sleep", "tasks.py", "time.sleep(seconds)", SLEEP, "order"),
    Program("a thread for each task", "tasks.py", THREADS, SPAWN, "one_thread_slept_for_all"),
    Program("it waits by looking at the clock", "tasks.py", BUSY, SLEEP, "who_sleeps_takes_no_processor"),
    Program(
        "each is waited for before the next begins",
        "tasks.py",
        "tasks = []\n    for one in sleeps:\n        tasks.append(gevent.spawn(task, *one))\n        tasks[-1].join()",
        SPAWN,
        "order",
    ),
)
OTHERS = (Program("time's own sleep is patched", "tasks.py", PATCHED),)
