"""What the programs whose tasks sleep share: their options, and the report. They differ only in how they sleep."""

import sys
import time
from collections.abc import Callable, Sequence

from labs.programs.arguments import options_of, seconds
from labs.programs.events import checkpoint, emit

# When somebody went to sleep and was back, by time.perf_counter().
Span = tuple[float, float]


def run(
    sleep_all: Callable[[Sequence[tuple[int, float]]], Sequence[Span]],
    description: str | None,
    arguments: Sequence[str] | None,
) -> None:
    """Has all tasks sleep, each a pair of its number and its seconds, and reports the whole time."""
    parser = options_of(description)
    parser.add_argument("--sleeps", default="2,1", help="how long each task sleeps")
    parser.add_argument("--scale", type=seconds, default=1.0, help="seconds that a 1 among them stands for")
    options = parser.parse_args(arguments)
    sleeps = [options.scale * seconds(text) for text in options.sleeps.split(",")]
    checkpoint("begins")
    # Nobody waits for the look at who is ready: it comes while the tasks are asleep.
    emit("ready", platform=sys.platform)
    begun = time.perf_counter()
    spans = sleep_all(list(enumerate(sleeps, 1)))
    took = time.perf_counter() - begun
    checkpoint("slept", seconds=round(took, 4), spans=[[round(a - begun, 4), round(b - begun, 4)] for a, b in spans])
