"""Parameters and mutants of sleep_order."""

from tests.mutants import Drawn, Mutant

SLEEPS = {"sleeps": ("1", "0,1", "1,2", "3,1,2", "5,4,3,2,1"), "scale": ("0.1", "0.3")}
DRAWN: Drawn = dict.fromkeys(("gevent-sleep", "gevent-sleep-alone", "time-sleep-alone"), SLEEPS)
PRINTS = '''"""Prints the right lines and does not sleep."""
from labs.programs.events import checkpoint, emit
emit("ready", platform="linux")
checkpoint("begins")
for line in ("task 1 goes to sleep", "task 2 goes to sleep", "task 2 is back", "task 1 is back"):
    print(line, flush=True)
checkpoint("slept", seconds=0.2, spans=[[0, 0.2], [0, 0.1]])
'''
THREADS = '''"""The same lines and times, by a thread for each task."""
import threading
from labs.programs.demos.sleep_unpatched import task
from labs.programs.demos.sleeping import run
spans = {}
def keep(number, seconds):
    spans[number] = task(number, seconds)
def sleep_all(sleeps):
    made = [threading.Thread(target=keep, args=one) for one in sleeps]
    [one.start() for one in made]
    [one.join() for one in made]
    return [spans[number] for number, _ in sleeps]
run(sleep_all, __doc__)
'''
SORTED = """\"\"\"Sleeps one by one, for the rest of each, the shortest first.\"\"\"
import time
from labs.programs.demos.sleeping import run
def sleep_all(sleeps):
    begun, spans = time.perf_counter(), {}
    for number, _ in sleeps:
        print(f"task {number} goes to sleep", flush=True)
    for number, seconds in sorted(sleeps, key=lambda one: one[1]):
        time.sleep(max(0, begun + seconds - time.perf_counter()))
        print(f"task {number} is back", flush=True)
        spans[number] = (begun, time.perf_counter())
    return [spans[number] for number, _ in sleeps]
run(sleep_all, __doc__)
"""
BY_HAND = """\"\"\"The same, with a greenlet for each task and time.sleep in the main one.\"\"\"
import time
from greenlet import getcurrent, greenlet
from labs.programs.demos.sleeping import run
def task(number):
    print(f"task {number} goes to sleep", flush=True)
    getcurrent().parent.switch()
    print(f"task {number} is back", flush=True)
def sleep_all(sleeps):
    begun, spans, tasks = time.perf_counter(), {}, {number: greenlet(task) for number, _ in sleeps}
    for number, _ in sleeps:
        tasks[number].switch(number)
    for number, seconds in sorted(sleeps, key=lambda one: one[1]):
        time.sleep(max(0, begun + seconds - time.perf_counter()))
        tasks[number].switch()
        spans[number] = (begun, time.perf_counter())
    return [spans[number] for number, _ in sleeps]
run(sleep_all, __doc__)
"""
SLEEP = "time.sleep(seconds)"
BUSY = "until = begun + seconds\n    while time.perf_counter() < until:\n        pass"
MUTANTS = (
    Mutant("it sleeps in the order of the times", "gevent-sleep-alone", "demos.sleep_gevent", SORTED),
    Mutant("time.sleep wakes its greenlets in order", "gevent-sleep-alone", "demos.sleep_gevent", BY_HAND),
    Mutant("it only prints", "gevent-sleep", "demos.sleep_gevent", PRINTS),
    Mutant("its tasks are threads", "gevent-sleep", "demos.sleep_gevent", THREADS),
    Mutant("the sleep of gevent is time's", "gevent-sleep", "demos.sleep_gevent", SLEEP, "gevent.sleep(seconds)"),
    Mutant("the unpatched one lets others", "gevent-sleep", "demos.sleep_unpatched", "gevent.sleep(seconds)", SLEEP),
    Mutant("nothing is patched", "gevent-sleep", "demos.sleep_patched", "", "monkey.patch_all()"),
    Mutant("it waits by looking at the clock", "gevent-sleep", "demos.sleep_unpatched", BUSY, SLEEP),
    Mutant(
        "it calls gevent.sleep and patches nothing",
        "gevent-sleep",
        "demos.sleep_patched",
        "import time as clock\n"
        "from types import SimpleNamespace\n"
        "\n"
        "from gevent import sleep\n"
        "\n"
        "time = SimpleNamespace(sleep=sleep, perf_counter=clock.perf_counter)\n",
        "monkey.patch_all()\n\nimport time  # noqa: E402\n",
    ),
    Mutant(
        "it sleeps in another call",
        "time-sleep-alone",
        "demos.sleep_unpatched",
        '    time.sleep(0)\n    __import__("select").select([], [], [], seconds)\n',
        "    time.sleep(seconds)\n",
    ),
)
