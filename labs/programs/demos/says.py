"""A client that says what a lab must not stumble over: a last line without an end, or one event for ever.

python -m labs.programs.demos.says unfinished
"""

from collections.abc import Sequence

from labs.programs.arguments import options_of
from labs.programs.events import emit


def main(arguments: Sequence[str] | None = None) -> None:
    """Says it."""
    parser = options_of(__doc__)
    parser.add_argument("what", choices=("unfinished", "ready", "checkpoint"), help="the last line, or the event")
    what = parser.parse_args(arguments).what
    if what == "unfinished":
        print("the end of this line is missing", end="", flush=True)
    while what != "unfinished":
        emit(what, checkpoint=what == "checkpoint")


if __name__ == "__main__":
    main()
