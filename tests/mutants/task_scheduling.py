"""Parameters and mutants of task_scheduling."""

from tests.mutants import Drawn, Mutant

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
# Two rounds of three tasks, as theory draws them.
SERIAL = '''"""Runs its tasks one after another, and prints the times that an event loop would have."""
from labs.programs.clients import task_runner
from labs.programs.clients.tasks_serial import run_all
emit = task_runner.emit
COMPUTE, WAIT = 0.0501, 0.1501
def told(event, **fields):
    if event == "spans":
        begin, spans = (fields["task"] - 1) * COMPUTE, []
        for _ in range(2):
            asked, answered = begin + COMPUTE, begin + COMPUTE + WAIT
            spans += [("computing", begin, asked, COMPUTE), ("waiting", asked, answered, 0.0)]
            begin = answered
        fields["spans"] = spans
    emit(event, **fields)
checkpoint = task_runner.checkpoint
def at(event, **fields):
    checkpoint(event, **fields, **({"seconds": 0.502} if fields.pop("seconds", None) else {}))
task_runner.emit, task_runner.checkpoint = told, at
task_runner.run(run_all, __doc__)
'''
LOOP_BESIDE_THREADS = '''"""An event loop beside a thread for each task that only waits."""
from threading import Event, Thread
from labs.programs.clients import tasks_events
from labs.programs.clients.task_runner import run
def run_all(tasks, begin):
    over = Event()
    idle = [Thread(target=over.wait) for _ in tasks]
    for thread in idle:
        thread.start()
    tasks_events.run_all(tasks, begin)
    over.set()
    for thread in idle:
        thread.join()
run(run_all, __doc__)
'''
LATE_THREADS = '''"""A thread for each task, once the lab has counted them."""
from threading import Thread
from labs.programs.clients.task_runner import run
def run_all(tasks, begin):
    begin()
    threads = [Thread(target=list, args=(task.steps(),)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
run(run_all, __doc__)
'''
MUTANTS = (
    Mutant("the threads are a loop beside idle threads", "three-tasks", "clients.tasks_threads", LOOP_BESIDE_THREADS),
    Mutant("the event loop is threads that begin late", "three-tasks", "clients.tasks_events", LATE_THREADS),
    Mutant("it is serial, and prints the times of an event loop", "three-tasks", "clients.tasks_events", SERIAL),
    Mutant(
        "it sleeps instead of waiting for the peer",
        "three-tasks",
        "clients.task_runner",
        "            yield self.sock\n            time.sleep(0.151)\n            if False:\n",
        "            yield self.sock\n            if self.sock.recv(1) != WORK:\n",
    ),
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
    Mutant("it does not compute", "three-tasks", "clients.task_runner", "pass", "compute(self.seconds)"),
    Mutant("it does not wait", "three-tasks", "clients.task_runner", 'WORK = b"P"', 'WORK = b"W"'),
    Mutant("it only prints", "three-tasks", "clients.tasks_events", PRINTS),
    Mutant(
        "the event loop is threads that end before the look",
        "three-tasks",
        "clients.tasks_events",
        '"""Threads, begun after the lab has counted."""\n'
        "import threading\n"
        "from labs.programs.clients.task_runner import run\n"
        "def run_all(tasks, begin):\n"
        "    begin()\n"
        "    turn = threading.Lock()\n"
        "    def one(task):\n"
        "        steps = task.steps()\n"
        "        while True:\n"
        "            with turn:\n"
        "                sock = next(steps, None)\n"
        "            if sock is None:\n"
        "                return\n"
        "            import select\n"
        "            select.select([sock], [], [])\n"
        "    threads = [threading.Thread(target=one, args=(task,)) for task in tasks]\n"
        "    for t in threads: t.start()\n"
        "    for t in threads: t.join()\n"
        "run(run_all, __doc__)\n",
    ),
    Mutant(
        "the event loop asks again and again",
        "three-tasks",
        "clients.tasks_events",
        "selector.select(0):",
        "selector.select():",
    ),
)
