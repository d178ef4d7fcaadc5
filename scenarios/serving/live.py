"""Runs in progress as server-sent events (WHATWG HTML, 9.2): each run is read once, whatever the number of pages."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, suppress
from pathlib import Path

from watchfiles import Change, awatch

from scenarios.results import manifest, run_directories
from scenarios.serving import following
from scenarios.serving.following import Following, Message

# In milliseconds: how often the runs are looked at if the file system reports no changes.
POLL_EVERY = 500
DEBOUNCE, STEP = 100, 50
# The most pages that can follow a run at the same time.
MOST = 24
# For pages that come later: so many messages of a run's beginning and of its end, for so many runs.
KEPT, FEEDS = 1000, 8
# A change of these, or outside of the runs that are followed, may change which run is the current one.
TURNS = (run_directories.RECORD, manifest.MANIFEST_FILE)
# The paths that changed; None if that is not known.
Changes = set[Path] | None


def encoded(message: Message) -> bytes:
    """One server-sent event: its kind, and JSON without line ends."""
    return f"event: {message['kind']}\ndata: {json.dumps(message)}\n\n".encode()


class Feed:
    """The messages of one run in the order in which they came, so that a page that comes later gets the same."""

    def __init__(self, directory: Path) -> None:
        self.following = Following(directory)
        self._first: list[bytes] = []
        self._last: deque[bytes] = deque(maxlen=KEPT)
        self.count = 0
        self.update()

    def update(self) -> None:
        """Reads what the run has said since the last call."""
        for part in map(encoded, self.following.news()):
            (self._first if len(self._first) < KEPT else self._last).append(part)
            self.count += 1

    def since(self, position: int) -> list[bytes]:
        """The messages after so many, without those that are not kept."""
        return [*self._first[position:], *list(self._last)[max(0, position - self.count + len(self._last)) :]]


class Feeds:
    """The runs that pages follow. One task watches the files for all of them, while there is a page."""

    def __init__(self, stop: asyncio.Event) -> None:
        """`stop` ends the streams."""
        self._stop, self._news = stop, asyncio.Event()
        self._feeds: dict[Path, Feed] = {}
        self._current: Path | None = None
        self._pages = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def full(self) -> bool:
        return self._pages >= MOST

    async def follow(self, run: Path | None) -> AsyncGenerator[bytes]:
        """Everything a run says from its beginning on; without one, of the current run, and then of the next."""
        self._pages += 1
        try:
            self._begin()
            yield b"retry: 1000\n\n"
            shown, position = None, 0
            while not self._stop.is_set():
                news, there = self._news, run or self._current
                feed = self._feed(there) if there else None
                if feed is not None:
                    position, begin = feed.count, position if feed is shown else 0
                    shown = feed
                    for part in feed.since(begin):
                        yield part
                await news.wait()
        finally:
            self._pages -= 1
            if self._task and not self._pages:
                self._task.cancel()
                self._task = None

    def _begin(self) -> None:
        if self._task is None:
            self._refresh(None)
            self._task = asyncio.create_task(self._watch())

    def _feed(self, directory: Path) -> Feed:
        """The feed of a run, which is now the one that was used last."""
        self._feeds[directory] = self._feeds.pop(directory) if directory in self._feeds else Feed(directory)
        for oldest in list(self._feeds)[:-FEEDS]:
            del self._feeds[oldest]
        return self._feeds[directory]

    async def _watch(self) -> None:
        async for changes in _changes(self._stop):
            if self._refresh(changes) or self._stop.is_set():
                self._news.set()
                self._news = asyncio.Event()

    def _refresh(self, changes: Changes) -> bool:
        """Reads what may have changed; whether a page has something to show."""
        before = self._current, [feed.count for feed in self._feeds.values()]
        for folder, feed in self._feeds.items():
            if changes is None or _within(folder, changes) or not feed.following.over:
                feed.update()
        if changes is None or any(_turns(path, self._feeds) for path in changes):
            self._current = following.under_way()
        return before != (self._current, [feed.count for feed in self._feeds.values()])


def _within(folder: Path, changes: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for path in changes)


def _turns(path: Path, folders: Iterable[Path]) -> bool:
    return path.name in TURNS or not any(path.is_relative_to(folder) for folder in folders)


async def _changes(stop: asyncio.Event) -> AsyncGenerator[Changes]:
    """Yields the changed paths, and every POLL_EVERY none.

    If changes cannot be watched, as when the user's inotify watches are used up, yields None every POLL_EVERY.
    """
    with suppress(OSError, RuntimeError):  # watchfiles raises either; without write permission there are no runs
        run_directories.RUNS.mkdir(parents=True, exist_ok=True)
        async with aclosing(_events()) as events:
            async for found in events:
                yield {Path(path) for _, path in found}
                if stop.is_set():
                    return
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), POLL_EVERY / 1000)
        yield None


def _events() -> AsyncGenerator[set[tuple[Change, str]]]:
    """Without the library's stop_event: it would set ours as soon as the last page is closed."""
    return awatch(run_directories.RUNS, debounce=DEBOUNCE, step=STEP, rust_timeout=POLL_EVERY, yield_on_timeout=True)
