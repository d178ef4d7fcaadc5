"""Standard streams that survive a closed pipe (`| head -2`) or a closed descriptor (`>&-`).

The command goes on without output, so that a run still reaches its verdict and removes its containers.
"""

import errno
import io
import os
import stat
import sys
from typing import Any, TextIO

_closed: set[int] = set()  # the descriptors that nobody reads


class Output(io.FileIO):
    """A descriptor for output. When its reader is gone, it becomes /dev/null, also for child processes."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as error:
            # A closed terminal gives EIO too. From a disk, EIO is a failure.
            if error.errno != errno.EPIPE and not (error.errno == errno.EIO and _is_device(self.fileno())):
                raise
            _closed.add(self.fileno())
            _redirect_to_null(self.fileno())
            return len(data)


def _is_device(descriptor: int) -> bool:
    return stat.S_ISCHR(os.fstat(descriptor).st_mode)


def install() -> None:
    """Replaces sys.stdout and sys.stderr. Opens closed descriptors, or the next open file would get their numbers."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            _closed.add(descriptor)
            _redirect_to_null(descriptor)
    sys.stdout = _open(1, sys.stdout)
    sys.stderr = _open(2, sys.stderr)
    # Libraries use these (pytest's fault handler does). If the descriptor was closed, Python sets them to None.
    sys.__stdout__ = sys.__stdout__ or sys.stdout  # type: ignore[misc]  # final for all who do not replace streams
    sys.__stderr__ = sys.__stderr__ or sys.stderr  # type: ignore[misc]


def stdout_is_closed() -> bool:
    """Whether the reader of stdout is gone, so that a long command may stop early."""
    flush()
    return 1 in _closed


def flush() -> None:
    """Flushes both streams; raises OSError if that fails, for example on a full disk."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def discard() -> None:
    """Redirects both streams to /dev/null, so that Python does not try again at exit what could not be written."""
    for descriptor in (1, 2):
        _redirect_to_null(descriptor)


def _redirect_to_null(descriptor: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    if null != descriptor:
        os.dup2(null, descriptor)
        os.close(null)
    os.set_inheritable(descriptor, True)


def _open(descriptor: int, before: TextIO | None) -> io.TextIOWrapper:
    """A text stream with the encoding of `before`, which is None if the descriptor was closed."""
    raw = Output(descriptor, "w", closefd=False)
    encoding = before.encoding if before else "utf-8"
    errors = before.errors if before else "backslashreplace"
    if errors in (
        "strict",
        "surrogateescape",
    ):  # the latter in the C locale; a character that the terminal's encoding lacks must not end a command
        errors = "replace"
    by_line = descriptor == 2 or raw.isatty()
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, errors=errors, line_buffering=by_line)
