"""Events that wait for their reader, so that a loop that serves others never does."""

import contextlib
import json
import os
import select
from collections import deque

# Lines that may wait, about 20 MB. Whoever reads at all, however slowly, has 15,000 clients' events kept for him.
MOST_WAITING = 50_000
RETRY = 0.05  # seconds


class EventQueue:
    """Writes events to a descriptor only when that cannot block; what has to wait keeps its order.

    Neither a thread nor the loop's selector does this. Events of a connection must be out before the connection is
    closed, which a thread could not promise; and epoll takes no regular file, and select on Windows nothing but
    sockets. `poll` on one descriptor says of each kind whether it takes a line, and costs a microsecond. Windows has
    no such question to ask: there a reader who stalls holds the program up, as he does any that prints.
    """

    def __init__(self, descriptor: int) -> None:
        """Events go to `descriptor`, which need not be non-blocking: its other users would be surprised by that."""
        self.descriptor = descriptor
        self.waiting: deque[bytes] = deque()
        self.dropped = 0
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll:
            self._poll.register(descriptor, select.POLLOUT)

    @property
    def patience(self) -> float | None:
        """Seconds after which flush() should be called again, or None when nothing waits."""
        return RETRY if self.waiting else None

    def emit(self, event: str, **fields: object) -> None:
        """Says an event now, or once those before it have been said. With too many waiting it is only counted."""
        if len(self.waiting) < MOST_WAITING:
            self._append({"event": event, **fields})
        else:
            self.dropped += 1
        self.flush()

    def flush(self, seconds: float = 0) -> None:
        """Writes what waits; gives up when nothing could be written for `seconds`."""
        while self.waiting and self._is_writable(seconds):
            line = self.waiting.popleft()
            # A reader who is gone gets nothing, and a disk that is full keeps nothing; clients are served all the same.
            with contextlib.suppress(OSError):
                written = os.write(self.descriptor, line)
                if written < len(line):
                    self.waiting.appendleft(line[written:])
            if self.dropped and not self.waiting:
                self._append({"event": "dropped", "events": self.dropped})
                self.dropped = 0

    def _append(self, event: dict[str, object]) -> None:
        # A pipe that poll calls writable takes 4096 bytes (512 on macOS) at once; events are shorter than that.
        self.waiting.append((json.dumps(event) + "\n").encode())

    def _is_writable(self, seconds: float) -> bool:
        # Also when the reader is gone: then the write fails instead of blocking.
        return self._poll is None or bool(self._poll.poll(seconds * 1000))
