"""The files that the tutorial's servers give away, and that their clients expect."""

from pathlib import Path

SONGS = {
    "lyrics": b"".join(b"%d green bottles hanging on the wall\n" % left for left in range(10, 0, -1)).replace(
        b"10", b"Ten"
    ),
    # Nothing but digits: a number before it cannot be told from it.
    "digits": b"2024\n",
    # One line, and more than all buffers between a server and a client who does not read.
    "line": b"la " * (4 * 1024 * 1024),
}


def write_all(folder: Path) -> None:
    """Puts them there."""
    for name, content in SONGS.items():
        (folder / name).write_bytes(content)
