"""Support for event loops: events wait for a slow reader, so that the loop does not."""

import contextlib
import json
import os
import select
import threading
from collections import deque

# Lines that may wait, about 20 MB: enough for the events of 15,000 clients and a slow reader.
MOST_WAITING = 50_000
RETRY = 0.01  # seconds


class EventQueue:
    """Writes events to a descriptor only when that cannot block; what has to wait keeps its order.

    The loop's selector cannot do this: epoll takes no regular file, and select on Windows takes only sockets. `poll`
    says of a descriptor of any kind whether it takes a line, and costs a microsecond. Windows has no poll: there a
    thread writes. Events of a connection must be out before the connection is closed, so the loop waits for that
    thread, unless its reader is known to have stalled.
    """

    def __init__(self, descriptor: int) -> None:
        """Events go to `descriptor`, which need not be non-blocking: its other users would be surprised by that."""
        self.waiting: deque[bytes] = deque()
        self.dropped = 0
        self._outlet = Polled(descriptor) if hasattr(select, "poll") else Threaded(descriptor)

    @property
    def patience(self) -> float | None:
        """Seconds after which flush() should be called again, or None when nothing waits."""
        return RETRY if self.waiting else None

    def emit(self, event: str, **fields: object) -> None:
        """Writes an event once those before it are written. With too many waiting it is only counted."""
        if len(self.waiting) < MOST_WAITING:
            self._append({"event": event, **fields})
        else:
            self.dropped += 1
        self.flush()

    def flush(self, seconds: float = 0) -> None:
        """Writes the waiting events; gives up when nothing could be written for `seconds`."""
        while self.waiting and self._outlet.is_ready(seconds):
            line = self.waiting.popleft()
            written = self._outlet.write(line)
            if written < len(line):
                self.waiting.appendleft(line[written:])
            if self.dropped and not self.waiting:
                self._append({"event": "dropped", "events": self.dropped})
                self.dropped = 0
        if seconds:
            self._outlet.is_ready(seconds)  # the line that a thread has taken must be out as well

    def _append(self, event: dict[str, object]) -> None:
        # A pipe that poll calls writable takes 4096 bytes (512 on macOS) at once; events are shorter than that.
        self.waiting.append((json.dumps(event) + "\n").encode())


class Polled:
    """A descriptor that is polled before each write."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._poll = descriptor, select.poll()
        self._poll.register(descriptor, select.POLLOUT)

    def is_ready(self, seconds: float) -> bool:
        """True also when the reader is gone: then the write fails instead of blocking."""
        return bool(self._poll.poll(seconds * 1000))

    def write(self, line: bytes) -> int:
        """Ignores an error, as of a reader that is gone or a disk that is full: clients are served all the same."""
        with contextlib.suppress(OSError):
            return os.write(self._descriptor, line)
        return len(line)


class Threaded:
    """A descriptor that cannot be polled: a thread writes one line at a time, and may block."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._changed = threading.Condition()
        self._line = b""
        threading.Thread(target=self._write_each, daemon=True).start()

    def is_ready(self, seconds: float) -> bool:
        """Whether the last line is out."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._line, seconds)

    def write(self, line: bytes) -> int:
        """Hands the line over and waits a moment: a reader that reads at all has it by then."""
        with self._changed:
            self._line = line
            self._changed.notify_all()
        self.is_ready(RETRY)
        return len(line)

    def _write_each(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._line)
                line = self._line
            with contextlib.suppress(OSError):
                while line:
                    line = line[os.write(self._descriptor, line) :]
            with self._changed:
                self._line = b""
                self._changed.notify_all()
