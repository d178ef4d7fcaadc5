"""A program that prints more than a lab could hold: what becomes of its output must not depend on the memory there is.

python -m labs.programs.demos.floods --bytes 200000000
"""

import sys
from collections.abc import Sequence

from labs.programs.arguments import options_of
from labs.programs.events import emit

AT_ONCE = 64 * 1024  # bytes for each write


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints lines of free text, and at last an event."""
    options = options_of(__doc__)
    options.add_argument("--bytes", type=int, default=200_000_000, help="how much to print, about")
    options.add_argument("--line", type=int, default=100, help="how long a line is")
    given = options.parse_args(arguments)
    line = "x" * (given.line - 1) + "\n"
    lines = max(1, AT_ONCE // len(line))
    for _ in range(given.bytes // (lines * len(line))):
        sys.stdout.write(lines * line)
    emit("finished", served=0)


if __name__ == "__main__":
    main()
