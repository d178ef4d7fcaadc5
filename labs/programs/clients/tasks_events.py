"""Tasks in one event loop: each registers what it waits for, and the loop goes on with a task whose answer has come.

python -m labs.programs.clients.tasks_events --to 127.0.0.1 --port 8001 --tasks 3 --rounds 2 --compute 0.05
"""

import selectors
from collections.abc import Sequence

from labs.programs.clients.task_runner import Begin, Steps, Task, run


def run_all(tasks: Sequence[Task], begin: Begin) -> None:
    with selectors.DefaultSelector() as selector:

        def go_on(steps: Steps) -> None:
            for sock in steps:
                selector.register(sock, selectors.EVENT_READ, steps)
                return

        begin()
        for task in tasks:
            go_on(task.steps())
        while selector.get_map():
            for key, _ in selector.select():
                selector.unregister(key.fileobj)
                go_on(key.data)


def main() -> None:
    run(run_all, __doc__)


if __name__ == "__main__":
    main()
