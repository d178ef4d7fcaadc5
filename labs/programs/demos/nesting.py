"""Support for nested_*.py, which hand over control from inside nested calls: options, and the line for each call."""

import argparse
import sys

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit


def parse(description: str | None) -> argparse.Namespace:
    """The options; also emits `ready`."""
    parser = options_of(description)
    parser.add_argument("--depth", type=at_least(1), default=3, help="calls within calls")
    parser.add_argument("--steps", type=at_least(1), default=2, help="how often the innermost hands over")
    options = parser.parse_args()
    emit("ready", platform=sys.platform)
    return options


def called(level: int) -> None:
    """Prints the call. The lab looks in the first one, which each of the programs makes."""
    print(f"call {level}", flush=True)
    if level == 1:
        checkpoint("between", moment="between switches")
