"""Tasks one after the other: while one waits, all others wait with it.

python -m labs.programs.clients.tasks_serial --to 127.0.0.1 --port 8001 --tasks 3 --rounds 2 --compute 0.05
"""

from collections.abc import Sequence

from labs.programs.clients.task_runner import Begin, Task, run


def run_all(tasks: Sequence[Task], begin: Begin) -> None:
    begin()
    for task in tasks:
        for _ in task.steps():  # recv blocks the only thread
            pass


def main() -> None:
    run(run_all, __doc__)


if __name__ == "__main__":
    main()
