"""Writes much, at once, to both streams, and then says that it is ready: nothing of it may get lost on the way.

python -m labs.programs.demos.prints_early
"""

import sys

from labs.programs.events import emit

LINES = 20_000


def main() -> None:
    """Numbered lines, so that one that is missing can be named."""
    for number in range(LINES):
        (sys.stderr if number % 3 == 0 else sys.stdout).write(f"line {number} of {LINES}\n")
    sys.stderr.flush()
    emit("ready", lines=LINES)


if __name__ == "__main__":
    main()
