"""What the programs that count together share: their options, the counter, and the report."""

import sys
from collections.abc import Callable, Sequence

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit


class Counter:
    """A number that all update."""

    value = 0


def run(
    count_all: Callable[[Counter, int, int, Callable[[], None]], None],
    description: str | None,
    arguments: Sequence[str] | None,
    counter: Counter | None = None,
) -> None:
    """Has `workers` count `updates` each; they call what they are given once all are there."""
    parser = options_of(description)
    parser.add_argument("--workers", type=at_least(1), default=4, help="how many count")
    parser.add_argument("--updates", type=at_least(1), default=300, help="how often each")
    options = parser.parse_args(arguments)
    counter = counter or Counter()
    emit("ready", platform=sys.platform)
    count_all(counter, options.workers, options.updates, lambda: checkpoint("counting"))
    emit("counted", value=counter.value)
