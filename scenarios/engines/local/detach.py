"""Tells the threads that wait for a program that the lab detaches from it."""

import os
import select
import subprocess
import sys
import threading
from contextlib import suppress


class Leave:
    """A pipe that is readable from the call of `say` on."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        self._said = threading.Event()
        self._lock = threading.Lock()

    def fileno(self) -> int:
        """For selectors; -1 once it is closed."""
        return self._read

    def say(self) -> None:
        with self._lock:
            self._said.set()
            if self._write >= 0:
                os.write(self._write, b"\n")

    def or_end_of(self, process: "subprocess.Popen[bytes]") -> bool:
        """Waits for the end of a process and reaps it; False when `say` is called before.

        Where the system has no descriptors for processes (before Linux 5.3, and elsewhere), only the end ends the wait.
        """
        if sys.platform == "linux":
            with suppress(OSError):
                self._wait(os.pidfd_open(process.pid))
        if self._said.is_set() and process.poll() is None:
            return False
        process.wait()
        return True

    def _wait(self, program: int) -> None:
        try:
            poll = select.poll()
            poll.register(program, select.POLLIN)
            poll.register(self._read, select.POLLIN)
            poll.poll()
        finally:
            os.close(program)

    def close(self) -> None:
        """To be called once no thread waits any more; a second call does nothing."""
        with self._lock:
            for descriptor in (self._read, self._write):
                if descriptor >= 0:
                    os.close(descriptor)
            self._read = self._write = -1
