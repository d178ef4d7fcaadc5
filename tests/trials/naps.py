"""What naps are tried with."""

from tests.trials import Drawn, Mutant

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
run(sleep_all, __doc__, None)
'''
SLEEP = "time.sleep(seconds)"
BUSY = "until = begun + seconds\n    while time.perf_counter() < until:\n        pass"
MUTANTS = (
    Mutant("it only prints", "gevent-sleep", "demos.sleep_gevent", PRINTS),
    Mutant("its tasks are threads", "gevent-sleep", "demos.sleep_gevent", THREADS),
    Mutant("the sleep of gevent is time's", "gevent-sleep", "demos.sleep_gevent", SLEEP, "gevent.sleep(seconds)"),
    Mutant("the unpatched one lets others", "gevent-sleep", "demos.sleep_unpatched", "gevent.sleep(seconds)", SLEEP),
    Mutant("nothing is patched", "gevent-sleep", "demos.sleep_patched", "", "monkey.patch_all()"),
    Mutant("it waits by looking at the clock", "gevent-sleep", "demos.sleep_unpatched", BUSY, SLEEP),
)
