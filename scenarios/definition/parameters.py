"""Parameters of scenarios: their kinds, their bounds, and how placeholders such as `{clients + 64}` are filled in."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from scenarios.errors import UsageError

Value = int | float | str
# A whole number as a catalog file writes it: a number, or a text with a placeholder for one.
Whole = int | str

UNITS = {"": 1, "B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
PLACEHOLDER = re.compile(r"\{\s*([a-z_]+)\s*(?:\+\s*(\d+)\s*)?\}")
# In a summary: {nofile}, {clients:client}, or {count:process/processes} where the plural is not the noun with an s.
IN_PROSE = re.compile(r"\{([a-z_]+)(?::([^{}/]+)(?:/([^{}/]+))?)?\}")


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


def in_bytes(number: float) -> str:
    """A size in the largest unit of which it is a whole number, such as `64KiB`."""
    unit = next((unit for unit, factor in reversed(UNITS.items()) if number and number % factor == 0), "")
    return f"{number / UNITS[unit]:.12g}{unit}"


READ_AS: Mapping[object, str] = {whole_number: "whole number", size: "size"}


@dataclass(frozen=True)
class Kind:
    """The kind of a parameter: how its text is read, its bounds (both included) or its choices, and its help.

    A scenario of the family must have the parameter unless it is `optional`. `keep_text` keeps a size as written. A
    value that is `many` is a list such as 50,100,400, kept as written; everything else applies to each part.
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
        """`given` as a value of this kind; the UsageError says what is wrong and what is allowed."""
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
            wanted = self.allowed() if self.high < float("inf") else f"a {READ_AS.get(self.read, 'number')}"
            raise UsageError(f"{name} is {text!r}: it must be {wanted}") from error
        if not self.low <= number <= self.high:
            raise UsageError(f"{name} is {text}: it must be {self._bounds()}")
        return text if self.keep_text else number

    def allowed(self) -> str:
        """The values that it may have, such as `a whole number from 1 to 20000`."""
        if self.choices:
            return " or ".join(filter(None, (", ".join(self.choices[:-1]), self.choices[-1])))
        if self.read is None:
            return "any text"
        what = READ_AS.get(self.read, "number")
        bounds = f"{'of ' if self.high == float('inf') else ''}{self._bounds()}"
        return f"a list of {what}s, each {bounds}" if self.many else f"a {what} {bounds}"

    def _bounds(self) -> str:
        low, high = (in_bytes(bound) if self.read is size else f"{bound:.12g}" for bound in (self.low, self.high))
        return f"at least {low}" if self.high == float("inf") else f"from {low} to {high}"


# The least soft limit under which CPython itself starts and a server can create its own descriptors.
LEAST_NOFILE = 16
# Kinds that several families count with.
MECHANISM = Kind("the server's mechanism", choices=("select", "poll", "epoll", "default", "sliced"))
TRANSFERRED = Kind("bytes that each client downloads, and uploads", size, 1, 64 * UNITS["MiB"], keep_text=True)
NOFILE = Kind("the server's limit of open descriptors", whole_number, LEAST_NOFILE, 2**20, optional=True)
SPARE = Kind("descriptors that a server may hold for itself, as a reserve does", whole_number, 0, 16, optional=True)

BY_TYPE = {int: Kind("", whole_number), float: Kind("", seconds), str: Kind("")}


def kind_of(default: Value) -> Kind:
    """The kind of a parameter that its family does not know: that of its default."""
    return BY_TYPE[type(default)]


def fill(text: str, values: Mapping[str, Value]) -> str:
    """`text` with each `{name}` or `{name + 64}` replaced; raises KeyError for a name that is not a parameter."""

    def value(match: re.Match[str]) -> str:
        given, added = str(values[match[1]]), match[2]
        return given if added is None else str(whole_number(given) + int(added))

    return PLACEHOLDER.sub(value, text)


def fill_prose(text: str, values: Mapping[str, Value]) -> str:
    """A summary with `{nofile}` replaced by the value, and `{clients:client}` by `1 client` or `500 clients`.

    Raises KeyError for a name that is not a parameter, ValueError for any other use of braces.
    """

    def value(match: re.Match[str]) -> str:
        name, one, several = match.groups()
        given = values[name]
        if one is None:
            return f"{given:.12g}" if isinstance(given, float) else str(given)
        count = whole_number(str(given))
        return f"{count} {one if count == 1 else several or f'{one}s'}"

    if set("{}") & set(IN_PROSE.sub("", text)):
        raise ValueError("braces stand for a parameter only, such as {clients} or {clients:client}")
    return IN_PROSE.sub(value, text)
