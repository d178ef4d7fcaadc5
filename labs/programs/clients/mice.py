"""Support for clients.clicker: the mice of all watchers, which begin together and answer while nothing happens."""

import selectors
import time
from collections.abc import Iterator, Sequence

from labs.programs.clients.mouse import Mouse

BEAT = 0.05  # seconds after which the loop turns at the latest while nothing happens
AHEAD = 0.2  # seconds from the announcement to the beginning, so that it reaches every watcher in time


class Mice:
    def __init__(self, mice: Sequence[Mouse]) -> None:
        self.mice, self.selector, self.late = mice, selectors.DefaultSelector(), 0.0
        for mouse in mice:
            self.selector.register(mouse.socket, selectors.EVENT_READ, mouse)

    def __iter__(self) -> Iterator[Mouse]:
        return iter(self.mice)

    def begin(self) -> float:
        """Tells every watcher when it begins; returns that time."""
        begin = time.monotonic() + AHEAD
        for mouse in self.mice:
            mouse.begin(begin)
        return begin

    def answer(self, wait: float) -> None:
        """Answers the watchers that ask first, within `wait` seconds; `late` is by how much that ever took longer."""
        due = time.monotonic() + max(0.0, wait)
        for key, _ in self.selector.select(max(0.0, wait)):
            key.data.answer()
        self.late = max(self.late, time.monotonic() - due)

    def stay(self, until: float) -> None:
        """Answers the watchers that ask until then."""
        while (wait := until - time.monotonic()) > 0:
            self.answer(min(wait, BEAT))
