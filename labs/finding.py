"""One thing that is wrong with an attempt, and how much of a program's output it shows."""

from dataclasses import dataclass

# How much is shown of the output of a program: lines, characters of a line, characters of a measured value.
MAX_LINES, MAX_LINE, MAX_VALUE = 8, 160, 400


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    `about` is one of PROGRAM_FAULTS, a quantity's key, or a check's name with underscores. `told` states what was
    expected and the actual value; `say` is the exercise's own text for it. `lines` are the last lines of the program's
    output. `line` counts from 1, in `file`. `cause` is a likely reason in a sentence, if the lab knows one. A
    `detail` is a check's finding: its text may suppose that the quantities are right.
    """

    about: str
    told: str
    say: str = ""
    file: str = ""
    line: int = 0
    lines: tuple[str, ...] = ()
    cause: str = ""
    detail: bool = False


def printable(text: str, most: int = MAX_LINE) -> str:
    """The text cut to `most` characters, without control characters, which would steer the terminal."""
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text[:most])
    return shown if len(text) <= most else f"{shown} ... ({len(text)} characters)"
