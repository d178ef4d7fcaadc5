"""Support for programs that run another one and watch it: which one, and their reports."""

import argparse
import json
import sys
from os import write  # a program may replace the stream and its own names, and not these

from labs.programs.arguments import options_of

STDOUT = 1


def program_to_watch(description: str | None) -> str:
    """The module of the program; sys.argv becomes its own."""
    parser = options_of(description)
    parser.add_argument("program", help="a module, as python -m takes it")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="its own arguments")
    options = parser.parse_args()
    sys.argv = [options.program, *options.arguments]
    return str(options.program)


def report(seal: str | None, **seen: object) -> None:
    """Prints one event, on a line of its own whatever the program has printed before."""
    write(STDOUT, b"\n%s\n" % json.dumps({"event": "observed", **seen, "seal": seal}).encode())
