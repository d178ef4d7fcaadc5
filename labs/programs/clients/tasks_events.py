"""Tasks in one event loop: what one waits for is registered, and the loop goes on with whichever has its answer.

python -m labs.programs.clients.tasks_events --to 127.0.0.1 --port 8001 --tasks 3 --rounds 2 --compute 0.05
"""

import selectors
from collections.abc import Sequence

from labs.programs.clients.tasking import Begin, Steps, Task, run


def run_all(tasks: Sequence[Task], begin: Begin) -> None:
    """Waits in select, for all that are waited for."""
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Raises OSError when the peer does not answer."""
    run(run_all, __doc__, arguments)


if __name__ == "__main__":
    main()
