"""Support for the tutorial's servers and clients: the files that are served."""

from pathlib import Path

SONGS = {
    "lyrics": b"".join(b"%d green bottles hanging on the wall\n" % left for left in range(10, 0, -1)).replace(
        b"10", b"Ten"
    ),
    # Digits only: a size right before it cannot be told from it.
    "digits": b"2024\n",
    # One line, larger than all buffers between a server and a client that does not read.
    "line": b"la " * (4 * 1024 * 1024),
}


def write_all(folder: Path) -> None:
    for name, content in SONGS.items():
        (folder / name).write_bytes(content)
