"""The stream of what a run says, as server-sent events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from pathlib import Path

from watchfiles import awatch

from scenarios import rundirs
from scenarios.serving.following import Following, Message, under_way

# Where a file system gives no events the run is looked at this often, in milliseconds; a browser that went is noticed.
LOOK_EVERY = 250
DEBOUNCE, STEP = 100, 50
# So many follow at the same time.
MOST = 24


def encoded(message: Message) -> bytes:
    """One event: its kind, and JSON, which has no line ends in it."""
    return f"event: {message['kind']}\ndata: {json.dumps(message)}\n\n".encode()


async def messages(find: Callable[[], Path | None], stop: asyncio.Event) -> AsyncGenerator[bytes]:
    """All that a run says from its beginning on, and then what the next one says that is begun."""
    with suppress(OSError):  # there is none where nothing may be written, and nothing is to be seen then
        rundirs.RUNS.mkdir(parents=True, exist_ok=True)
    yield b"retry: 1000\n\n"
    following: Following | None = None
    async for _ in _changes(stop):
        run = find()
        if run is not None and (following is None or following.directory != run):
            following = Following(run)
        if following is not None:
            for message in following.news():
                yield encoded(message)


async def _changes(stop: asyncio.Event) -> AsyncGenerator[None]:
    """At once, and then whenever anything has changed; where that is not told, such as when others of this user have
    all the kernel's watches, every so often.
    """
    yield None
    with suppress(OSError, RuntimeError):  # the latter is what the library makes of the former
        async with aclosing(_events()) as events:
            async for _ in events:
                if stop.is_set():
                    return
                yield None
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY / 1000)
        yield None


def _events() -> AsyncGenerator[object]:
    """The library would set an event of ours that says when to stop as soon as a single reader goes."""
    return awatch(rundirs.RUNS, debounce=DEBOUNCE, step=STEP, rust_timeout=LOOK_EVERY, yield_on_timeout=True)


class Onlookers:
    """Who follows a run. Each costs a watch of the kernel's, of which a user has not many, and a thread."""

    def __init__(self, most: int = MOST) -> None:
        """Nobody follows yet."""
        self._most, self._now = most, 0

    @property
    def full(self) -> bool:
        """Whether nobody else can follow."""
        return self._now >= self._most

    async def follow(self, stream: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        """The same stream, counted while it is read."""
        self._now += 1
        try:
            async with aclosing(stream):
                async for part in stream:
                    yield part
        finally:
            self._now -= 1


def newest() -> Path | None:
    """The run that a page follows unless it names one."""
    return under_way()
