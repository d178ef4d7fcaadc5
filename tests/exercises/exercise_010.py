"""What generators and greenlets are tried with."""

from tests.exercises import Program

# What a check of the untouched starter finds first: the effect of its first TODO.
STARTER = "order"
HEAD = """\
import sys

from labs.programs.events import checkpoint, emit

tasks, steps = int(sys.argv[2]), int(sys.argv[4])
emit("ready")
"""
PRINTS = (
    HEAD
    + """
for step in range(steps):
    for task in range(tasks):
        first = 2 * (task * steps + step) + 1
        print(f"{first}{first + 1}", flush=True)
        if step == 0 and task == tasks - 1:
            checkpoint("between", moment="between switches")
print(f"greenlet {tasks} ends", flush=True)
emit("over", suspended=[f"greenlet {task + 1}" for task in range(tasks - 1)])
emit("observed", switches=tasks * steps + 1, greenlets=tasks)
"""
)
GENERATORS = (
    HEAD
    + """
def task(number):
    for step in range(steps):
        first = 2 * (number * steps + step) + 1
        print(f"{first}{first + 1}", flush=True)
        if step == 0 and number == tasks - 1:
            checkpoint("between", moment="between switches")
        yield
    print(f"greenlet {number + 1} ends", flush=True)

everybody = [task(number) for number in range(tasks)]
for step in range(steps):
    for one in everybody:
        next(one)
next(everybody[-1], None)
emit("over", suspended=[f"greenlet {number + 1}" for number in range(tasks - 1)])
"""
)
THROUGH_MAIN = (
    HEAD
    + """
from greenlet import greenlet, getcurrent

def work(number):
    for step in range(steps):
        first = 2 * (number * steps + step) + 1
        print(f"{first}{first + 1}", flush=True)
        if step == 0 and number == tasks - 1:
            checkpoint("between", moment="between switches")
        getcurrent().parent.switch()
    print(f"greenlet {number + 1} ends", flush=True)

everybody = [greenlet(work) for _ in range(tasks)]
for number, one in enumerate(everybody):
    one.switch(number)
for step in range(steps - 1):
    for one in everybody:
        one.switch()
everybody[-1].switch()
emit("over", suspended=[f"greenlet {number + 1}" for number, one in enumerate(everybody) if not one.dead])
"""
)
WRONG = (
    Program("it only prints", "tasks.py", PRINTS, finding="the_tasks_handed_over_by_switching"),
    Program("generators take turns", "tasks.py", GENERATORS, finding="the_tasks_handed_over_by_switching"),
    Program("a name is misspelled", "tasks.py", "swich()", "switch()", "crash"),
)
OTHERS = (Program("the main program hands round", "tasks.py", THROUGH_MAIN),)
