"""A command on a terminal of its own: what it shows, and keys that are pressed there."""

import os
import pty
import re
import select
import signal
import subprocess
import time
from types import TracebackType

CODES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][AB0]|\r")
PATIENCE = 60.0  # seconds


class Terminal:
    """A process whose standard streams are a pseudo-terminal."""

    def __init__(self, *command: str, **environment: str) -> None:
        """Starts it."""
        self._here, there = pty.openpty()
        self.process = subprocess.Popen(
            command, stdin=there, stdout=there, stderr=there, start_new_session=True,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "40", **environment},
        )  # fmt: skip
        os.close(there)
        self._unread = ""
        self.shown = ""

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._here)

    def wait_for(self, text: str) -> str:
        """What was shown up to `text` and with it, since the last call; raises AssertionError when it does not come."""
        until = time.monotonic() + PATIENCE
        while text not in self._unread:
            left = until - time.monotonic()
            assert left > 0 and select.select([self._here], [], [], left)[0], f"{text!r} did not come: {self._unread}"
            try:
                came = CODES.sub(b"", os.read(self._here, 65536)).decode(errors="replace")
            except OSError:
                raise AssertionError(f"it ended before {text!r} came: {self._unread}") from None
            self._unread += came
            self.shown += came
        before, found, self._unread = self._unread.partition(text)
        return before + found

    def press(self, keys: str) -> None:
        """Types keys."""
        os.write(self._here, keys.encode())

    def end(self) -> int:
        """Its exit status, once it has ended."""
        until = time.monotonic() + PATIENCE
        while True:  # what it shows last must be taken, or it does not end
            left = until - time.monotonic()
            assert left > 0 and select.select([self._here], [], [], left)[0], f"it does not end: {self.shown}"
            try:
                if not os.read(self._here, 65536):
                    break
            except OSError:
                break
        return self.process.wait(PATIENCE)
