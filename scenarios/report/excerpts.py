"""Excerpts of logs for a page: harmless text, and only the head and the tail of a long log."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scenarios.definition.scenario import STREAMS, Stream
from scenarios.results.evidence import Evidence, log_file
from scenarios.system.files import open_plain

# A page shows at most this many bytes of all streams; escaped for HTML, one byte may take five.
ROOM = 300 * 1024
# The most bytes of one stream's head, and of its tail.
LONGEST_PART = 32 * 1024
# Control codes except line end and tab, characters that are invisible or change the direction, lone surrogates.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


@dataclass(frozen=True)
class Excerpt:
    """`file` is relative to the run directory; `left_out` bytes of the stream are neither in `head` nor in `tail`."""

    service: str
    stream: Stream
    file: str
    size: int
    head: str
    tail: str
    left_out: int


def excerpts(evidence: Evidence, directory: Path) -> list[Excerpt]:
    """The excerpts of all streams that are not empty."""
    files = [(name, stream) for name, one in evidence.services.items() if one.started for stream in STREAMS]
    sizes = {pair: _size(log_file(directory, *pair)) for pair in files}
    part = min(LONGEST_PART, ROOM // (2 * (sum(map(bool, sizes.values())) or 1)))
    return [_excerpt(directory, name, stream, size, part) for (name, stream), size in sizes.items() if size]


def _size(path: Path) -> int:
    """0 for a file that cannot be read, such as a link."""
    with suppress(OSError), open_plain(path) as file:
        return os.fstat(file.fileno()).st_size
    return 0


def _excerpt(directory: Path, service: str, stream: Stream, size: int, part: int) -> Excerpt:
    """All of a log if it is no longer than both parts together."""
    path = log_file(directory, service, stream)
    with open_plain(path) as file:
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
    """The text with a visible sign for each invisible character, so that escape sequences have no effect."""
    return UNSEEN.sub(lambda found: _sign(found[0]), text.replace("\r\n", "\n"))


def _sign(character: str) -> str:
    """Unicode's picture of an ASCII control code; for other characters an escape with the code."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"\\u{code:04x}"
