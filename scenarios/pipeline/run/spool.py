"""One stream of a service, written to its file as it comes, so that the lab's memory does not grow with it."""

import os
import tempfile
import time
import weakref
from pathlib import Path
from typing import IO

from scenarios.results.events import Tail


class Spool:
    def __init__(self, path: Path | None, cap: int) -> None:
        """Keeps at most `cap` bytes. Without a path the file has no name, and ends with the spool. Raises OSError."""
        self._file: IO[bytes] = (
            path.open("wb+", buffering=0) if path else tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed with the spool
        )
        weakref.finalize(self, self._file.close)
        self._cap = cap
        self.came = self.kept = 0
        self.last = 0.0  # when the last bytes came, as time.monotonic counts
        self.tail = Tail()

    @property
    def over(self) -> bool:
        return self.came > self._cap

    def add(self, data: bytes) -> None:
        """Writes the bytes that came, up to the cap. Raises OSError."""
        self.came += len(data)
        self.last = time.monotonic()
        self.tail.add(data)
        left = memoryview(data)[: max(0, self._cap - self.kept)]
        while left:
            written = self._file.write(left)
            self.kept += written
            left = left[written:]

    def read(self, position: int = 0, length: int | None = None) -> bytes:
        return os.pread(self._file.fileno(), self.kept if length is None else length, position)

    def close(self) -> None:
        self._file.close()
