# finding: the_tasks_are_greenlets_that_switch
import sys
from string import ascii_uppercase as LETTERS

from labs.programs.events import checkpoint, emit

tasks, steps = int(sys.argv[2]), int(sys.argv[4])
emit("ready")


def task(number):
    for step in range(steps):
        print(f"{LETTERS[number]}{step + 1}", flush=True)
        if step == 0 and number == tasks - 1:
            checkpoint("between", moment="between switches")
        yield
    print(f"greenlet {LETTERS[number]} ends", flush=True)


everybody = [task(number) for number in range(tasks)]
for _step in range(steps):
    for one in everybody:
        next(one)
next(everybody[-1], None)
emit("over", suspended=[f"greenlet {one}" for one in LETTERS[: tasks - 1]])
