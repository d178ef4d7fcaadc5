"""The server with a selector for any number of sockets: it calls select for them in slices."""

import select
import selectors
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
        # `ready` calls select, which takes at most 512 sockets in a list here.
        # TODO 1: call it for slices of MOST keys, each with timeout 0, and return the sockets of all slices.
        # TODO 2: while no socket is ready, wait for PAUSE seconds in one slice, in another one each time; then repeat.
        return list(ready(list(self.keys.values()), timeout))


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
