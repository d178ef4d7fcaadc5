"""Support for count_*.py: the options, the counter and the report."""

import sys
from collections.abc import Callable, Sequence

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit


class Counter:
    value = 0


def run(
    count_all: Callable[[Counter, int, int, Callable[[], None]], None],
    description: str | None,
    arguments: Sequence[str] | None = None,
    counter: Counter | None = None,
) -> None:
    """Calls `count_all(counter, workers, updates, are_there)`, which calls `are_there` once every worker exists."""
    parser = options_of(description)
    parser.add_argument("--workers", type=at_least(1), default=4, help="tasks that count")
    parser.add_argument("--updates", type=at_least(1), default=300, help="updates of each")
    options = parser.parse_args(arguments)
    counter = counter or Counter()
    emit("ready", platform=sys.platform)
    count_all(counter, options.workers, options.updates, lambda: checkpoint("counting"))
    emit("counted", value=counter.value)
