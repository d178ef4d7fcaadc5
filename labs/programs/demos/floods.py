"""A program that prints more than a lab could hold: what becomes of its output must not depend on the memory there is.

python -m labs.programs.demos.floods --bytes 200000000
python -m labs.programs.demos.floods --bytes 200000000 --events
"""

import json
import sys
from collections.abc import Sequence

from labs.programs.arguments import options_of
from labs.programs.events import emit

AT_ONCE = 64 * 1024  # bytes for each write


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints lines of free text or events, and at last an event of its own."""
    options = options_of(__doc__)
    options.add_argument("--bytes", type=int, default=200_000_000, help="how much to print, about")
    options.add_argument("--line", type=int, default=100, help="how long a line of text is")
    options.add_argument("--events", action="store_true", help="events instead of text")
    given = options.parse_args(arguments)
    line = json.dumps({"event": "closed"}) if given.events else "x" * (given.line - 1)
    lines = max(1, AT_ONCE // (len(line) + 1)) * (line + "\n")
    for _ in range(given.bytes // len(lines)):
        sys.stdout.write(lines)
    emit("finished", served=0)


if __name__ == "__main__":
    main()
