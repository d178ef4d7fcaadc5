"""What a page shows of a log: as text whatever is in it, and of a long one the head and the tail."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from scenarios.events import STREAMS
from scenarios.evidence import Evidence, Stream, log_file

# Bytes of all streams together that a page shows: escaped for HTML, a quotation mark takes five.
ROOM = 300 * 1024
# Of one stream at most; the same again is its tail.
LONGEST_PART = 32 * 1024
# Control codes but the line's end and the tab; what turns the direction of writing or is not seen; lone surrogates.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


@dataclass(frozen=True)
class Excerpt:
    """A stream of a service: its file, from the run directory, and how long it is; `left_out` bytes of it are not in
    `head` and `tail`.
    """

    service: str
    stream: Stream
    file: str
    size: int
    head: str
    tail: str
    left_out: int


def excerpts(evidence: Evidence, directory: Path) -> list[Excerpt]:
    """Those of every stream that has anything."""
    files = [(name, stream) for name, one in evidence.services.items() if one.started for stream in STREAMS]
    sizes = {pair: _size(log_file(directory, *pair)) for pair in files}
    part = min(LONGEST_PART, ROOM // (2 * (sum(map(bool, sizes.values())) or 1)))
    return [_excerpt(directory, name, stream, size, part) for (name, stream), size in sizes.items() if size]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _excerpt(directory: Path, service: str, stream: Stream, size: int, part: int) -> Excerpt:
    """Of a log that is not much longer than both parts, all of it."""
    path = log_file(directory, service, stream)
    with path.open("rb") as file:
        head = file.read(2 * part if size <= 2 * part else part)
        file.seek(max(len(head), size - part))
        tail = file.read(part)
    return Excerpt(
        service,
        stream,
        os.fspath(path.relative_to(directory)),
        size,
        visible(head.decode(errors="replace")),
        visible(tail.decode(errors="replace")),
        size - len(head) - len(tail),
    )


def visible(text: str) -> str:
    """The text with a sign for what cannot be seen, so that an escape sequence is read and not obeyed."""
    return UNSEEN.sub(lambda found: _sign(found[0]), text.replace("\r\n", "\n"))


def _sign(character: str) -> str:
    """Unicode has pictures of ASCII's control codes; the others are told by their numbers."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"\\u{code:04x}"
