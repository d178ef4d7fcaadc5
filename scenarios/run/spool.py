"""One stream of a service, written to its file as it comes: the run directory holds what the lab's memory does not."""

import os
import tempfile
import time
import weakref
from pathlib import Path
from typing import IO

from scenarios.events import Tail


class Spool:
    """A stream's file, its length and its end."""

    def __init__(self, path: Path | None, cap: int) -> None:
        """Of the bytes `cap` are kept. Without a path the file has no name, and is gone with the spool.

        Raises OSError.
        """
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
        """Whether more came than can be kept; what came and is being written at this moment is not too much."""
        return self.came > self._cap

    def add(self, data: bytes) -> None:
        """Writes what came, as far as it is kept. Raises OSError."""
        self.came += len(data)
        self.last = time.monotonic()
        self.tail.add(data)
        left = memoryview(data)[: max(0, self._cap - self.kept)]
        while left:
            written = self._file.write(left)
            self.kept += written
            left = left[written:]

    def read(self, position: int = 0, length: int | None = None) -> bytes:
        """Bytes of the file, by default all of them."""
        return os.pread(self._file.fileno(), self.kept if length is None else length, position)

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()
