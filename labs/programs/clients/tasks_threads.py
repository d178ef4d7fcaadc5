"""Tasks in threads of their own: when one waits in recv, the kernel goes on with another.

python -m labs.programs.clients.tasks_threads --to 127.0.0.1 --port 8001 --tasks 3 --rounds 2 --compute 0.05
"""

from collections.abc import Sequence
from threading import Event, Thread

from labs.programs.clients.tasking import Begin, Task, run


def run_all(tasks: Sequence[Task], begin: Begin) -> None:
    """Waits in recv, which blocks one thread of many."""
    begun = Event()

    def run_one(task: Task) -> None:
        begun.wait()
        for _ in task.steps():
            pass

    threads = [Thread(target=run_one, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    begin()
    begun.set()
    for thread in threads:
        thread.join()


def main(arguments: Sequence[str] | None = None) -> None:
    """Raises OSError when the peer does not answer."""
    run(run_all, __doc__, arguments)


if __name__ == "__main__":
    main()
