"""Events: the JSON lines in a program's output, read as a stream and kept in bounded memory."""

import json
from collections import deque
from collections.abc import Iterator
from typing import Any

Event = dict[str, Any]

# A longer line counts as free text; no program of the lab prints an event as long.
LONGEST_LINE = 64 * 1024
# Estimated memory for the events of one service: about 25,000 reports of closed connections.
EVENTS_ROOM = 32 * 1024 * 1024
# The estimate in bytes: for an event, for each byte of its line, and for each value in it.
EVENT_COST, BYTE_COST, VALUE_COST = 300, 2, 70
VALUES = (b",", b"{", b"[")  # each begins another value, except in a string
LAST_EVENTS = 200  # always kept, since programs report their results at the end
# These events drive a run, so the lab reacts to them even after a flood.
DRIVING = (b'"checkpoint"', b'"ready"', b'"started"', b'"exited"')
LONGEST_SHOWN = 400  # characters of a line in a message
TAIL = 64 * 1024  # bytes of a stream's end that are kept in memory


def event_in(line: str | bytes) -> Event | None:
    """The event in a line of output, or None for free text."""
    text = line if isinstance(line, str) else line.decode(errors="replace")
    if not text.startswith("{"):
        return None
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not (isinstance(event, dict) and isinstance(event.get("event"), str)):
        return None
    return _encodable(event) if "\\ud" in text.lower() else event


def _encodable(event: Event) -> Event:
    """With a question mark for half a surrogate pair: JSON can escape one, but UTF-8 cannot encode it."""
    encodable: Event = json.loads(json.dumps(event, ensure_ascii=False).encode(errors="replace"))
    return encodable


def events_in(text: str) -> Iterator[Event]:
    """The events in a text; skips free text."""
    for line in text.split("\n"):
        event = event_in(line)
        if event is not None:
            yield event


def shortened(line: str) -> str:
    """A line cut to the length that a message shows. `line` may itself be only a part of a longer one."""
    more = len(line) - LONGEST_SHOWN
    return line if more <= 0 else f"{line[:LONGEST_SHOWN]}... (and at least {more} more characters)"


def last_lines(text: str, count: int = 10) -> tuple[str, ...]:
    """The last `count` lines that are not blank."""
    return tuple([line for line in text.splitlines() if line.strip()][-count:])


class Tail:
    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, data: bytes) -> None:
        self._bytes += data[-TAIL:]
        if len(self._bytes) > 2 * TAIL:
            del self._bytes[:-TAIL]

    @property
    def text(self) -> str:
        return self._bytes[-TAIL:].decode(errors="replace")


class Lines:
    """Splits a stream into the lines that may be events: complete, beginning with `{`, and not too long."""

    def __init__(self) -> None:
        self._begun = bytearray()
        self._is_free_text = False

    def add(self, data: bytes) -> Iterator[bytes]:
        """The lines that `data` completes, without line ends. Exhaust the iterator before the next call."""
        first, last = data.find(b"\n"), data.rfind(b"\n")
        self._go_on(data[:first] if first >= 0 else data)
        if first < 0:
            return
        if self._begun:
            yield bytes(self._begun)
        self._begun.clear()
        self._is_free_text = False
        self._go_on(data[last + 1 :])
        if b"{" in data:
            yield from _whole(data, first, last)

    def rest(self) -> Iterator[bytes]:
        """The last line, if no line end followed it."""
        yield from self.add(b"\n")

    def _go_on(self, data: bytes) -> None:
        """Keeps a part of a line if the line may be an event."""
        if self._is_free_text or not data:
            return
        self._is_free_text = not self._begun and not data.startswith(b"{")
        if not self._is_free_text:
            self._begun += data
        if len(self._begun) > LONGEST_LINE:
            self._begun.clear()
            self._is_free_text = True


def _whole(data: bytes, end: int, last: int) -> Iterator[bytes]:
    """The lines between two line ends that begin with `{`. Searching for these skips free text fast."""
    while (begin := data.find(b"\n{", end, last)) >= 0:
        end = data.find(b"\n", begin + 1, last + 1)
        if end - begin <= LONGEST_LINE:
            yield data[begin + 1 : end]


class Events:
    """The events of one service: the first ones up to a memory limit, and always the last ones."""

    def __init__(self, room: int = EVENTS_ROOM) -> None:
        """`room` is the memory limit, estimated in bytes."""
        self._room = room
        self._first: list[Event] = []
        self._last: deque[bytes] = deque(maxlen=LAST_EVENTS)
        self.left_out = 0

    def add(self, line: bytes) -> Event | None:
        """Keeps the event in a line and returns it; None for free text, and beyond the limit unless it drives a run."""
        is_full = self._room <= 0
        event = self.keep(line)
        return event_in(line) if is_full and any(word in line for word in DRIVING) else event

    def keep(self, line: bytes) -> Event | None:
        """Keeps the event in a line and returns it; None for free text, and beyond the limit."""
        if self._room <= 0:
            self.left_out += len(self._last) == LAST_EVENTS
            self._last.append(line)
            return None
        event = event_in(line)
        if event is not None:
            self._room -= EVENT_COST + BYTE_COST * len(line) + VALUE_COST * sum(map(line.count, VALUES))
            self._first.append(event)
        return event

    @property
    def kept(self) -> tuple[Event, ...]:
        last = list(self._last)  # one atomic copy, since the engine's threads go on adding
        return (*self._first, *(event for line in last if (event := event_in(line))))
