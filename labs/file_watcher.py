"""Waits for a saved file in a folder, or for a key."""

import os
import select
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from watchfiles import PythonFilter, watch

from scenarios.system import signals

# Milliseconds between two polls of the files, for file systems without events, such as network ones.
POLL_MILLISECONDS = 500
SIGNAL_CHECK_SECONDS = 1.0

SAVED = "saved"  # stands for a saved file among the keys, which have one character

Snapshot = dict[str, tuple[int, int]]


class Watcher:
    """A terminal that gives each key at once, and folders whose files are watched."""

    def __init__(self) -> None:
        """The terminal changes only when this is entered; raises termios.error if there is none."""
        self._terminal = sys.stdin.fileno()
        self._before = termios.tcgetattr(self._terminal)
        self._seen: dict[Path, Snapshot] = {}

    def __enter__(self) -> Self:
        tty.setcbreak(self._terminal, termios.TCSADRAIN)
        return self

    def __exit__(self, *_: object) -> None:
        termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._before)

    @contextmanager
    def line_mode(self) -> Iterator[None]:
        """Restores the terminal for a question that is answered with a line."""
        termios.tcsetattr(self._terminal, termios.TCSADRAIN, self._before)
        try:
            yield
        finally:
            tty.setcbreak(self._terminal, termios.TCSADRAIN)

    def remember(self, folder: Path) -> None:
        """Takes the present files as known; a later change is a save."""
        self._seen[folder] = snapshot(folder)

    def forget_keys(self) -> bool:
        """Drops the keys that were pressed so far; returns whether `q` was among them."""
        pressed = b""
        while select.select([self._terminal], [], [], 0)[0]:
            more = os.read(self._terminal, 64)
            if not more:  # the terminal has gone
                return True
            pressed += more
        return b"q" in pressed.lower()

    def key(self) -> str:
        """Waits for one key; the end of the input is `q`."""
        while not select.select([self._terminal], [], [], SIGNAL_CHECK_SECONDS)[0]:
            signals.raise_if_received()
        return os.read(self._terminal, 1).decode(errors="replace").casefold() or "q"

    def next(self, folder: Path) -> str:
        """Waits for a key, or SAVED: a change since `remember` (or since now, if it was never called)."""
        if folder not in self._seen:
            self.remember(folder)
        reading, writing = os.pipe()
        stop = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(folder, stop, writing), daemon=True)
        watcher.start()
        try:
            while True:
                # Other code may have swallowed the exception of a signal; look for one now and then.
                ready, _, _ = select.select([self._terminal, reading], [], [], SIGNAL_CHECK_SECONDS)
                signals.raise_if_received()
                if self._terminal in ready:
                    return self.key()
                if reading in ready:
                    return SAVED
        finally:
            stop.set()
            watcher.join()
            os.close(reading)
            with suppress(OSError):
                os.close(writing)

    def _watch(self, folder: Path, stop: threading.Event, writing: int) -> None:
        events = watch(
            folder,
            watch_filter=PythonFilter(),
            stop_event=stop,
            rust_timeout=POLL_MILLISECONDS,
            yield_on_timeout=True,
            raise_interrupt=False,
            recursive=False,
            debounce=100,
            step=20,
        )
        while snapshot(folder) == self._seen[folder]:
            if next(events, None) is None:  # stopped
                return
        os.write(writing, b".")


def snapshot(folder: Path) -> Snapshot:
    """Modification time and size of each Python file."""
    found: Snapshot = {}
    for path in folder.glob("*.py"):
        with suppress(OSError):  # an editor may be replacing the file
            seen = path.stat()
            found[path.name] = (seen.st_mtime_ns, seen.st_size)
    return found
