"""What interleavings are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {
    "three-tasks": {
        "tasks": ("1", "2", "5"),
        "rounds": ("1", "3"),
        "compute": ("0.02", "0.08"),
        "wait": ("0.1", "0.2"),
    }
}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import checkpoint, emit
emit("ready", platform="linux")
checkpoint("running")
for task in (1, 2, 3):
    emit("spans", task=task, spans=[("computing", 0, 0.05, 0.05), ("waiting", 0.05, 0.2, 0.0)] * 2)
emit("done", seconds=0.45)
'''
MUTANTS = (
    Mutant(
        "the event loop waits for each task",
        "three-tasks",
        "clients.tasks_events",
        "            for _ in steps:\n                pass\n            for sock in steps:\n",
        "            for sock in steps:\n",
    ),
    Mutant(
        "one thread at a time",
        "three-tasks",
        "clients.tasks_threads",
        "thread.start()\n        begun.set() or thread.join()\n    begin()",
        "thread.start()\n    begin()",
    ),
    Mutant("it does not compute", "three-tasks", "clients.tasking", "pass", "compute(self.seconds)"),
    Mutant("it does not wait", "three-tasks", "clients.tasking", 'WORK = b"P"', 'WORK = b"W"'),
    Mutant("it only prints", "three-tasks", "clients.tasks_events", PRINTS),
)
