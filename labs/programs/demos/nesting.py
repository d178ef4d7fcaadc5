"""What the programs that hand over from inside nested calls share: their options, and what each says of a call."""

import argparse
import sys
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit


def parse(description: str | None, arguments: Sequence[str] | None) -> argparse.Namespace:
    """How deep the calls are nested, and how often control is handed over; says that the program is ready."""
    parser = options_of(description)
    parser.add_argument("--depth", type=at_least(1), default=3, help="calls within calls")
    parser.add_argument("--steps", type=at_least(1), default=2, help="how often the innermost hands over")
    options = parser.parse_args(arguments)
    emit("ready", platform=sys.platform)
    return options


def called(level: int) -> None:
    """Says so; the first call is one that each of them makes, so the lab looks around in it."""
    print(f"call {level}", flush=True)
    if level == 1:
        checkpoint("between", moment="between switches")
