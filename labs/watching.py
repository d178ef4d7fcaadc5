"""Waits for a save in a folder or for a key, whichever comes first."""

from __future__ import annotations

import os
import select
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from types import TracebackType

from watchfiles import PythonFilter, watch

from scenarios import signals

# How often the files are looked at where no events arrive, as on network file systems, in milliseconds.
LOOK_EVERY = 500
A_SECOND = 1.0

Saved = dict[str, tuple[int, int]]


class Key(Enum):
    """What is no key."""

    SAVED = "saved"


class Watching:
    """A terminal that gives each key at once, and a folder whose files are looked after."""

    def __init__(self) -> None:
        """The terminal is as it was until this is entered; raises termios.error where there is none."""
        self._terminal = sys.stdin.fileno()
        self._before = termios.tcgetattr(self._terminal)
        self._seen: dict[Path, Saved] = {}

    def __enter__(self) -> Watching:
        """Keys come without a return."""
        tty.setcbreak(self._terminal, termios.TCSADRAIN)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """The terminal is as it was."""
        termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._before)

    @contextmanager
    def line_by_line(self) -> Iterator[None]:
        """The terminal as it was, for a question that is answered with a line."""
        termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._before)
        try:
            yield
        finally:
            tty.setcbreak(self._terminal, termios.TCSADRAIN)

    def note(self, folder: Path) -> None:
        """From now on every other state of the folder's files is a save."""
        self._seen[folder] = state(folder)

    def next(self, folder: Path) -> str | Key:
        """The key that was pressed, or SAVED; a folder that was never noted is as it is now."""
        if folder not in self._seen:
            self.note(folder)
        reading, writing = os.pipe()
        stop = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(folder, stop, writing), daemon=True)
        watcher.start()
        try:
            while True:
                # A signal that came while code ran that may have swallowed it is not waited for in vain.
                ready, _, _ = select.select([self._terminal, reading], [], [], A_SECOND)
                signals.raise_if_received()
                if self._terminal in ready:
                    return os.read(self._terminal, 1).decode(errors="replace").casefold() or "q"
                if reading in ready:
                    return Key.SAVED
        finally:
            stop.set()
            watcher.join()
            os.close(reading)
            with suppress(OSError):
                os.close(writing)

    def _watch(self, folder: Path, stop: threading.Event, writing: int) -> None:
        """Tells by the pipe as soon as the files are others than those that were noted."""
        if state(folder) != self._seen[folder]:
            os.write(writing, b".")
            return
        events = watch(
            folder,
            watch_filter=PythonFilter(),
            stop_event=stop,
            rust_timeout=LOOK_EVERY,
            yield_on_timeout=True,
            raise_interrupt=False,
            recursive=False,
            debounce=100,
            step=20,
        )
        for _ in events:
            if state(folder) != self._seen[folder]:
                os.write(writing, b".")
                return


def state(folder: Path) -> Saved:
    """When each Python file was changed last, and how long it is."""
    found: Saved = {}
    for path in folder.glob("*.py"):
        with suppress(OSError):  # an editor may put another file in its place just now
            seen = path.stat()
            found[path.name] = (seen.st_mtime_ns, seen.st_size)
    return found
