# finding: each_line_came_from_its_own_greenlet_or_generator
import sys
from string import ascii_uppercase as LETTERS

from greenlet import getcurrent, greenlet

from labs.programs.events import checkpoint, emit

tasks, steps = int(sys.argv[2]), int(sys.argv[4])
emit("ready")


def dummy():
    while True:
        getcurrent().parent.switch()


dummies = [greenlet(dummy) for _ in range(tasks)]
for step in range(steps):
    for task in range(tasks):
        print(f"{LETTERS[task]}{step + 1}", flush=True)
        if step == 0 and task == tasks - 1:
            checkpoint("between", moment="between switches")
        dummies[task].switch()
print(f"greenlet {LETTERS[tasks - 1]} ends", flush=True)
emit("over", suspended=[f"greenlet {one}" for one in LETTERS[: tasks - 1]])
