"""Tasks one after the other: whoever waits has all others wait with it.

python -m labs.programs.clients.tasks_serial --to 127.0.0.1 --port 8001 --tasks 3 --rounds 2 --compute 0.05
"""

from collections.abc import Sequence

from labs.programs.clients.tasking import Begin, Task, run


def run_all(tasks: Sequence[Task], begin: Begin) -> None:
    """Waits in recv, which blocks the only thread."""
    begin()
    for task in tasks:
        for _ in task.steps():
            pass


def main(arguments: Sequence[str] | None = None) -> None:
    """Raises OSError when the peer does not answer."""
    run(run_all, __doc__, arguments)


if __name__ == "__main__":
    main()
