"""Tasks in threads of their own: when one waits in recv, the kernel goes on with another.

python -m labs.programs.clients.tasks_threads --to 127.0.0.1 --port 8001 --tasks 3 --rounds 2 --compute 0.05
"""

from collections.abc import Sequence
from threading import Event, Thread

from labs.programs.clients.task_runner import Begin, Task, run


def run_all(tasks: Sequence[Task], begin: Begin) -> None:
    begun = Event()

    def run_one(task: Task) -> None:
        begun.wait()
        for _ in task.steps():  # recv blocks this thread only
            pass

    threads = [Thread(target=run_one, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    begin()
    begun.set()
    for thread in threads:
        thread.join()


def main() -> None:
    run(run_all, __doc__)


if __name__ == "__main__":
    main()
