"""Events: the JSON lines among what a program prints, found as a stream and kept within bounds."""

import json
from collections import deque
from collections.abc import Iterator
from typing import Any, Literal

Event = dict[str, Any]
Stream = Literal["stdout", "stderr"]
STREAMS: tuple[Stream, Stream] = ("stdout", "stderr")

# A longer line is free text: no program of the lab needs more for an event.
LONGEST_LINE = 64 * 1024
# What the events of one service may take in memory, estimated; some 25,000 reports of closed connections.
EVENTS_ROOM = 32 * 1024 * 1024
# An event in memory takes about this many bytes, and this many for each byte of its line and for each value in it.
EVENT_COST, BYTE_COST, VALUE_COST = 300, 2, 70
# With each of these another value begins, except in a string.
VALUES = (b",", b"{", b"[")
# Of those beyond, the last ones are kept too: what a program reports at its end counts.
LAST_EVENTS = 200
# By these a run goes on, so they are heard whatever came before.
DRIVING = (b'"checkpoint"', b'"ready"', b'"started"', b'"exited"')
# Characters of a line that a message shows.
LONGEST_SHOWN = 400
# How much of a stream's end is kept in memory.
TAIL = 64 * 1024


def event_in(line: str | bytes) -> Event | None:
    """The event that a line of output is, or None for free text."""
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
    """JSON can escape half of a surrogate pair, which no text can hold that is saved; it becomes a question mark."""
    told: Event = json.loads(json.dumps(event, ensure_ascii=False).encode(errors="replace"))
    return told


def events_in(text: str) -> Iterator[Event]:
    """The lines of `text` that are JSON objects with an `event`; free text may stand between."""
    for line in text.split("\n"):
        event = event_in(line)
        if event is not None:
            yield event


def shortened(line: str) -> str:
    """A line as a message can show it; a program may print one without end, of which only the last part is known."""
    more = len(line) - LONGEST_SHOWN
    return line if more <= 0 else f"{line[:LONGEST_SHOWN]}... (and at least {more} characters more)"


def last_lines(text: str, count: int = 10) -> tuple[str, ...]:
    """The last `count` lines that are not blank."""
    return tuple([line for line in text.splitlines() if line.strip()][-count:])


class Tail:
    """The last bytes of a stream."""

    def __init__(self) -> None:
        """Nothing came yet."""
        self._bytes = bytearray()

    def add(self, data: bytes) -> None:
        """Takes in what came."""
        self._bytes += data[-TAIL:]
        if len(self._bytes) > 2 * TAIL:
            del self._bytes[:-TAIL]

    @property
    def text(self) -> str:
        """The last bytes as text."""
        return self._bytes[-TAIL:].decode(errors="replace")


class Lines:
    """Cuts a stream into the lines that may be events: whole, beginning with `{`, and not too long."""

    def __init__(self) -> None:
        """Nothing came yet."""
        self._begun = bytearray()
        self._is_free_text = False

    def add(self, data: bytes) -> Iterator[bytes]:
        """The lines that `data` completes, without their ends; to be taken to the last one."""
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
        """The last line, which nothing ended."""
        yield from self.add(b"\n")

    def _go_on(self, data: bytes) -> None:
        """Takes in a part of a line, unless the line can be no event."""
        if self._is_free_text or not data:
            return
        self._is_free_text = not self._begun and not data.startswith(b"{")
        if not self._is_free_text:
            self._begun += data
        if len(self._begun) > LONGEST_LINE:
            self._begun.clear()
            self._is_free_text = True


def _whole(data: bytes, end: int, last: int) -> Iterator[bytes]:
    """The lines between two line ends that begin with `{`; free text is passed over at the speed of a search."""
    while (begin := data.find(b"\n{", end, last)) >= 0:
        end = data.find(b"\n", begin + 1, last + 1)
        if end - begin <= LONGEST_LINE:
            yield data[begin + 1 : end]


class Events:
    """The events of one service: the first ones as many as there is room for, and the last ones."""

    def __init__(self, room: int = EVENTS_ROOM) -> None:
        """`room` is how much memory they may take, estimated in bytes."""
        self._room = room
        self._first: list[Event] = []
        self._last: deque[bytes] = deque(maxlen=LAST_EVENTS)
        self.left_out = 0

    def add(self, line: bytes) -> Event | None:
        """The event in a line, kept; None for free text, and for one that is only counted."""
        if self._room > 0:
            return self._keep(event_in(line), line)
        self.left_out += len(self._last) == LAST_EVENTS
        self._last.append(line)
        return event_in(line) if any(word in line for word in DRIVING) else None

    def _keep(self, event: Event | None, line: bytes) -> Event | None:
        if event is not None:
            self._room -= EVENT_COST + BYTE_COST * len(line) + VALUE_COST * sum(map(line.count, VALUES))
            self._first.append(event)
        return event

    @property
    def kept(self) -> tuple[Event, ...]:
        """Those that are kept, in order."""
        last = list(self._last)  # in one step: the engine's threads go on adding to it
        return (*self._first, *(event for line in last if (event := event_in(line))))
