"""The word that the lab leaves a program to itself, for the threads that wait for something of that program."""

import os
import select
import subprocess
import sys
import threading
from contextlib import suppress


class Leave:
    """A pipe that becomes readable once the word was said, and stays so."""

    def __init__(self) -> None:
        """Not said yet; raises OSError."""
        self._read, self._write = os.pipe()
        self._said = threading.Event()
        self._lock = threading.Lock()

    def fileno(self) -> int:
        """For selectors; -1 once it is closed."""
        return self._read

    def say(self) -> None:
        """Wakes whoever waits."""
        with self._lock:
            self._said.set()
            if self._write >= 0:
                os.write(self._write, b"\n")

    def or_end_of(self, process: "subprocess.Popen[bytes]") -> bool:
        """Waits for the end of a process, and reaps it; False when the word comes before.

        Where no descriptor stands for a process (before Linux 5.3, and elsewhere), only its end ends the wait.
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
        """Once nobody waits any more; a second call finds nothing."""
        with self._lock:
            for descriptor in (self._read, self._write):
                if descriptor >= 0:
                    os.close(descriptor)
            self._read = self._write = -1
