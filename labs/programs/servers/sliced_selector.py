"""Support for servers on Windows: select for more sockets than it takes at once, in slices."""

import select
import selectors
import time
from collections.abc import Iterator, Mapping
from typing import Any

# Sockets that select takes in one list on Windows (CPython, Modules/selectmodule.c: FD_SETSIZE is 512 there).
MOST = 512
# Seconds that one slice is waited for while the others are not: no call waits for all of them at once.
PAUSE = 0.01


class SlicedSelector(selectors.BaseSelector):
    """As SelectSelector, without its limit. With several slices it selects again and again."""

    def __init__(self) -> None:
        self._keys: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        self._keys[fileobj] = selectors.SelectorKey(fileobj, fileobj.fileno(), events, data)
        return self._keys[fileobj]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Raises KeyError for a socket that is not registered."""
        return self._keys.pop(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        keys = list(self._keys.values())
        slices = [keys[begin : begin + MOST] for begin in range(0, len(keys), MOST)]
        if len(slices) == 1:
            return list(_ready(keys, timeout))
        until, turn = None if timeout is None else time.monotonic() + timeout, 0
        while True:
            found = [pair for one in slices for pair in _ready(one, 0)]
            if found or (until is not None and time.monotonic() >= until):
                return found
            found = list(_ready(slices[turn % len(slices)], PAUSE))
            if found:
                return found
            turn += 1


def _ready(keys: list[selectors.SelectorKey], timeout: float | None) -> Iterator[tuple[selectors.SelectorKey, int]]:
    reading = [key.fileobj for key in keys if key.events & selectors.EVENT_READ]
    writing = [key.fileobj for key in keys if key.events & selectors.EVENT_WRITE]
    readable, writable, failed = select.select(reading, writing, writing, timeout)
    can_read, can_write = set(readable), {*writable, *failed}
    for key in keys:
        events = (key.fileobj in can_read) * selectors.EVENT_READ | (key.fileobj in can_write) * selectors.EVENT_WRITE
        if events:
            yield key, events
