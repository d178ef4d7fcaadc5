# finding: each_task_is_a_greenlet_that_switches
import sys

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
