# finding: the_tasks_are_greenlets_that_switch
import sys
from string import ascii_uppercase as LETTERS

from labs.programs.events import checkpoint, emit

tasks, steps = int(sys.argv[2]), int(sys.argv[4])
emit("ready")

for step in range(steps):
    for letter in LETTERS[:tasks]:
        print(f"{letter}{step + 1}", flush=True)
        if step == 0 and letter == LETTERS[tasks - 1]:
            checkpoint("between", moment="between switches")
print(f"greenlet {LETTERS[tasks - 1]} ends", flush=True)
emit("over", suspended=[f"greenlet {one}" for one in LETTERS[: tasks - 1]])
emit("observed", switches=tasks * steps + 1, greenlets=tasks)
