"""Creating and removing kept apart: a removal waits for what is being created, and nothing is created after it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from scenarios.errors import EngineError


class Creation:
    """Counts what is being created at this moment.

    An executor's `shutdown` is not enough: it waits for the threads it knows. If a signal is raised while `submit`
    starts a thread, the thread works, and the executor does not know it.
    """

    def __init__(self, run: str) -> None:
        self._run, self._now, self._over = run, 0, False
        self._changed = threading.Condition()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """While something is created; raises EngineError when the removal has begun."""
        with self._changed:
            if self._over:
                raise EngineError(f"the run {self._run} is being removed")
            self._now += 1
        try:
            yield
        finally:
            with self._changed:
                self._now -= 1
                self._changed.notify_all()

    def end(self) -> None:
        """Lets nothing begin any more, and waits for what has begun."""
        with self._changed:
            self._over = True
            self._changed.wait_for(lambda: not self._now)
