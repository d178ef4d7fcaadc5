"""The server with a selector for any number of sockets: it calls select for them in slices."""

import select
import selectors
import time
from collections.abc import Iterator, Mapping
from typing import Any

from serving import serve

MOST = 512
PAUSE = 0.01


class Sliced(selectors.BaseSelector):
    """Like SelectSelector, for any number of sockets."""

    def __init__(self) -> None:
        self.keys: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        self.keys[fileobj] = selectors.SelectorKey(fileobj, fileobj.fileno(), events, data)
        return self.keys[fileobj]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self.keys.pop(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self.keys

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Waits until a socket is ready, or for `timeout` seconds; returns those that are ready, with their events."""
        keys = list(self.keys.values())
        until, turn = None if timeout is None else time.monotonic() + timeout, 0
        while True:
            slices = [keys[begin : begin + MOST] for begin in range(0, len(keys), MOST)]
            found = [pair for one in slices for pair in ready(one, 0)]
            if found or (until is not None and time.monotonic() >= until):
                return found
            # While no socket is ready, wait briefly for one slice after the other.
            found = list(ready(slices[turn % len(slices)], PAUSE))
            if found:
                return found
            turn += 1


def ready(keys: list[selectors.SelectorKey], timeout: float | None) -> Iterator[tuple[selectors.SelectorKey, int]]:
    """Calls select for at most 512 keys; yields those that are ready, each with its events."""
    reading = [key.fileobj for key in keys if key.events & selectors.EVENT_READ]
    writing = [key.fileobj for key in keys if key.events & selectors.EVENT_WRITE]
    readable, writable, _ = select.select(reading, writing, [], timeout)
    for key in keys:
        events = (key.fileobj in readable) * selectors.EVENT_READ | (key.fileobj in writable) * selectors.EVENT_WRITE
        if events:
            yield key, events


if __name__ == "__main__":
    serve(Sliced())
