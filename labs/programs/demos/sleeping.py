"""Support for sleep_*.py: the options and the report."""

import sys
import time
from collections.abc import Callable, Sequence

from labs.programs.arguments import options_of, seconds
from labs.programs.events import checkpoint, emit

# When a task began to sleep and when it was back, by time.perf_counter().
Span = tuple[float, float]


def run(
    sleep_all: Callable[[Sequence[tuple[int, float]]], Sequence[Span]],
    description: str | None,
    arguments: Sequence[str] | None = None,
) -> None:
    """Calls `sleep_all` with a number and seconds for each task, and reports the spans and the whole time."""
    parser = options_of(description)
    parser.add_argument("--sleeps", default="2,1", help="length of each task's sleep")
    parser.add_argument("--scale", type=seconds, default=1.0, help="seconds for a sleep of length 1")
    options = parser.parse_args(arguments)
    sleeps = [options.scale * seconds(text) for text in options.sleeps.split(",")]
    checkpoint("begins")
    # The lab looks after `ready` while the tasks sleep; the program does not wait for that.
    emit("ready", platform=sys.platform)
    begun = time.perf_counter()
    spans = sleep_all(list(enumerate(sleeps, 1)))
    took = time.perf_counter() - begun
    checkpoint("slept", seconds=round(took, 4), spans=[[round(a - begun, 4), round(b - begun, 4)] for a, b in spans])
