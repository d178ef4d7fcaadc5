"""Parameters of scenarios: their kinds, their bounds, and how `{clients + 64}` in a catalog file is filled in."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from scenarios.errors import UsageError

Value = int | float | str
# A whole number as it is written, or the text of a placeholder that one is filled in for.
Whole = int | str

UNITS = {"": 1, "B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
PLACEHOLDER = re.compile(r"\{\s*([a-z_]+)\s*(?:\+\s*(\d+)\s*)?\}")


def whole_number(text: str) -> int:
    """An int from its decimal digits; raises ValueError for anything else."""
    if not re.fullmatch(r"[+-]?[0-9]{1,12}", text):
        raise ValueError("not a whole number")
    return int(text)


def seconds(text: str) -> float:
    """A number of seconds from decimal text such as `0.3`; raises ValueError for anything else."""
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", text):
        raise ValueError("not a number of seconds such as 0.3")
    return float(text)


def size(text: str) -> int:
    """Bytes from `65536`, `64KiB` or `1MiB`; raises ValueError for anything else."""
    match = re.fullmatch(r"([0-9]{1,12})\s*([KMG]iB|B)?", text)
    if not match:
        raise ValueError("not a size such as 65536, 64KiB or 1MiB")
    return int(match[1]) * UNITS[match[2] or ""]


@dataclass(frozen=True)
class Kind:
    """What a parameter may be: how its text is read, its bounds (both included) or its choices, and its help.

    A scenario of the family must have it unless it is `optional`; `keep_text` keeps a size as it was written. One that
    is `many` is a list such as 50,100,400, kept as it was written: all else holds for each of its parts.
    """

    meaning: str
    read: Callable[[str], int | float] | None = None
    low: float = 0
    high: float = float("inf")
    choices: tuple[str, ...] = ()
    keep_text: bool = False
    optional: bool = False
    many: bool = False

    def convert(self, name: str, given: object) -> Value:
        """`given` as a value of this kind; raises UsageError that says what was wrong and what is allowed."""
        text = str(given).strip()
        if self.many:
            for part in text.split(","):
                replace(self, many=False).convert(name, part)
            return text
        if self.choices and text not in self.choices:
            raise UsageError(f"{name} is {text!r}: it must be one of {', '.join(self.choices)}")
        if self.read is None:
            return text
        try:
            number = self.read(text)
        except ValueError as error:
            raise UsageError(f"{name} is {text!r}: {error}") from error
        if not self.low <= number <= self.high:
            raise UsageError(f"{name} is {text}: it must be {self._bounds()}")
        return text if self.keep_text else number

    def _bounds(self) -> str:
        if self.high == float("inf"):
            return f"at least {self.low:g}"
        return f"from {self.low:g} to {self.high:.0f}"


# The least soft limit under which CPython itself starts and a server can create its own descriptors.
LEAST_NOFILE = 16
# Kinds that several families count with.
MECHANISM = Kind("the server's mechanism", choices=("select", "poll", "epoll", "default", "sliced"))
TRANSFERRED = Kind("bytes that each client downloads, and uploads", size, 1, 64 * UNITS["MiB"], keep_text=True)
NOFILE = Kind("the server's limit of open descriptors", whole_number, LEAST_NOFILE, 2**20, optional=True)

BY_TYPE = {int: Kind("", whole_number), float: Kind("", seconds), str: Kind("")}


def kind_of(default: Value) -> Kind:
    """The kind of a parameter that a catalog file invents: that of its default."""
    return BY_TYPE[type(default)]


def fill(text: str, values: Mapping[str, Value]) -> str:
    """`text` with each `{name}` or `{name + 64}` replaced; raises KeyError for a name that is not a parameter."""

    def value(match: re.Match[str]) -> str:
        name, added = match[1], match[2]
        if added is None:
            return str(values[name])
        return str(whole_number(str(values[name])) + int(added))

    return PLACEHOLDER.sub(value, text)
