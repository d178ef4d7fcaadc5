"""Support for count_*.py: the options, the counter and the report."""

import sys
from collections.abc import Callable, Sequence
from operator import itemgetter

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit


class Counter(list[int]):
    """Keeps every value that `value` had. No Python code runs to read or to write it, so no other thread runs there."""

    value = property(itemgetter(-1), list.append)

    def __init__(self) -> None:
        super().__init__([0])

    def history(self) -> dict[str, int]:
        """How often it was written, how many different values, and how many that are not one more than one before."""
        written = self[1:]
        had = {0, *written}
        return {"writes": len(written), "values": len(had) - 1, "unfounded": sum(one - 1 not in had for one in written)}


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
    counter = Counter() if counter is None else counter
    emit("ready", platform=sys.platform)
    count_all(counter, options.workers, options.updates, lambda: checkpoint("counting"))
    emit("counted", value=counter.value, **counter.history())
