"""JSON, and files that are replaced in one step: a reader never finds half a file, even after a full disk."""

import errno
import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Never, TypeGuard

# What JSON can hold: what is measured is saved with the run, and printed by --json.
Json = Any


def is_number(value: Json) -> TypeGuard[float]:
    """Whether a value of JSON is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def to_json(value: Any, without: Mapping[str, Any] | None = None) -> str:
    """A frozen value as JSON, as its pydantic model would write it; creating the model would take 0.1 s.

    `without` names keys to leave out, also of inner values; infinity and NaN become null.
    """
    import pydantic_core

    return pydantic_core.to_json(value, indent=1, exclude=without, inf_nan_mode="null").decode()


def from_json(text: str | bytes) -> Any:
    """Reads JSON; raises ValueError for text that is none, such as NaN, and for JSON that is nested too deep.

    Half a surrogate pair, which JSON can escape and UTF-8 cannot encode, raises ValueError too.
    """
    try:
        data = json.loads(text, parse_constant=_no_json)
        if b"\\ud" in (text if isinstance(text, bytes) else text.encode()).lower():
            json.dumps(data, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    return data


def _no_json(word: str) -> Never:
    raise ValueError(f"{word} is no JSON")


def open_plain(path: Path) -> BinaryIO:
    """Opens a regular file. Raises OSError for a link, also in place of its folder, and for a FIFO, which may block."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    file = open(descriptor, "rb")  # noqa: SIM115, PTH123 - the caller closes it
    if not stat.S_ISREG(os.fstat(descriptor).st_mode) or path.parent.is_symlink():
        file.close()
        raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))
    return file


def is_plain(path: Path) -> bool:
    """Whether `open_plain` opens the file."""
    with suppress(OSError), open_plain(path):
        return True
    return False


def read_json(path: Path) -> Any:
    """Reads a JSON file; raises OSError, or ValueError when it is no JSON."""
    with open_plain(path) as file:
        return from_json(file.read().decode())


def write_whole(path: Path, text: str) -> None:
    """Writes a file beside `path` and puts it in its place in one step.

    Raises OSError, and then `path` is as before.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
