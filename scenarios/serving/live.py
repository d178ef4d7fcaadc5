"""The stream of what a run says, as server-sent events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from watchfiles import awatch

from scenarios import rundirs
from scenarios.serving.following import Following, Message, under_way

# Where a file system gives no events the run is looked at this often, in milliseconds; a browser that went is noticed.
LOOK_EVERY = 250
DEBOUNCE, STEP = 100, 50


def encoded(message: Message) -> bytes:
    """One event: its kind, and JSON, which has no line ends in it."""
    return f"event: {message['kind']}\ndata: {json.dumps(message)}\n\n".encode()


async def messages(find: Callable[[], Path | None], stop: asyncio.Event) -> AsyncIterator[bytes]:
    """All that a run says from its beginning on, and then what the next one says that is begun."""
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


async def _changes(stop: asyncio.Event) -> AsyncIterator[None]:
    """At once, and then whenever anything has changed."""
    yield None
    watching = awatch(
        rundirs.RUNS, debounce=DEBOUNCE, step=STEP, rust_timeout=LOOK_EVERY, yield_on_timeout=True, stop_event=stop
    )
    async for _ in watching:
        yield None


def newest() -> Path | None:
    """The run that a page follows unless it names one."""
    return under_way()
