"""A client that says what a lab must not stumble over: an unfinished line, an end that is none, or one event for ever.

python -m labs.programs.demos.says unfinished
"""

import sys
from collections.abc import Sequence

from labs.programs.arguments import options_of
from labs.programs.events import emit


def main(arguments: Sequence[str] | None = None) -> None:
    """Says it."""
    parser = options_of(__doc__)
    parser.add_argument("what", choices=("unfinished", "exited", "ready", "checkpoint"), help="the line, or the event")
    what = parser.parse_args(arguments).what
    if what == "unfinished":
        print("the end of this line is missing", end="", flush=True)
    if what == "exited":
        emit("started", pid=1)
        emit("exited", code=0)
        sys.exit(3)
    while what != "unfinished":
        emit(what, checkpoint=what == "checkpoint")


if __name__ == "__main__":
    main()
