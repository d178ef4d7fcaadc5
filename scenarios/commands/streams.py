"""Standard streams whose reader may leave (`| head -2`) or never was there (`>&-`): the command goes on, unheard.

A run must come to its verdict and to its removal whoever listens, so that what leaves is only the output.
"""

import errno
import io
import os
import stat
import sys
from typing import Any, TextIO

_left: set[int] = set()


class Outlet(io.FileIO):
    """A descriptor for output; from the moment that its reader has gone it leads nowhere, for children as well."""

    def write(self, data: Any) -> int:
        """Writes, or throws away what nobody reads."""
        try:
            return super().write(data)
        except OSError as error:
            # A terminal that was closed says EIO; of a disk that would be a failure.
            if error.errno != errno.EPIPE and not (error.errno == errno.EIO and _is_device(self.fileno())):
                raise
            _left.add(self.fileno())
            _lead_nowhere(self.fileno())
            return len(data)


def _is_device(descriptor: int) -> bool:
    return stat.S_ISCHR(os.fstat(descriptor).st_mode)


def install() -> None:
    """Replaces sys.stdout and sys.stderr. A closed descriptor is opened first, or the next file would become it."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            _left.add(descriptor)
            _lead_nowhere(descriptor)
    sys.stdout = _open(1, sys.stdout)
    sys.stderr = _open(2, sys.stderr)
    # Libraries fall back on these (pytest's fault handler does), and Python has none where the descriptor was closed.
    sys.__stdout__ = sys.__stdout__ or sys.stdout  # type: ignore[misc]  # final for all who do not replace streams
    sys.__stderr__ = sys.__stderr__ or sys.stderr  # type: ignore[misc]


def reader_has_left() -> bool:
    """Whether nobody reads what is printed on stdout any more, so that there is no use in going far to print more."""
    flush()
    return 1 in _left


def flush() -> None:
    """Hands on what was printed; raises OSError when it cannot be written, as on a full disk."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def abandon() -> None:
    """Leads both streams nowhere: what could not be written must not be tried again when the process ends."""
    for descriptor in (1, 2):
        _lead_nowhere(descriptor)


def _lead_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != descriptor:
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
    os.set_inheritable(descriptor, True)


def _open(descriptor: int, before: TextIO | None) -> io.TextIOWrapper:
    """A text stream like the one before; Python has none where the descriptor was closed."""
    raw = Outlet(descriptor, "w", closefd=False)
    encoding = before.encoding if before else "utf-8"
    errors = before.errors if before else "backslashreplace"
    if errors == "strict":  # what a terminal of another alphabet than ours cannot show must not end a command
        errors = "replace"
    by_line = descriptor == 2 or raw.isatty()
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, errors=errors, line_buffering=by_line)
