"""Support for all programs: the parser of the command line, and the types of options."""

import argparse
import os
import re
from collections.abc import Callable

UNITS = {None: 1, "B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
LONGEST = 24 * 3600


def options_of(description: str | None) -> argparse.ArgumentParser:
    """A parser whose help shows the module's docstring unchanged, with its example."""
    return argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)


def add_address(parser: argparse.ArgumentParser) -> None:
    """Adds --host and --port, where a server listens. Their defaults come from IOLAB_HOST and IOLAB_PORT, if set."""
    host, port = os.environ.get("IOLAB_HOST", "0.0.0.0"), os.environ.get("IOLAB_PORT", "8001")
    parser.add_argument("--host", default=host, help="address to listen on")
    parser.add_argument("--port", type=at_least(0), default=port, help="port to listen on; 0 takes a free one")


def size(text: str) -> int:
    """Bytes from 48708, 64KiB or 1MiB; raises ValueError for anything else."""
    match = re.fullmatch(r"([0-9]{1,12})\s*([KMG]iB|B)?", text)
    if not match:
        raise ValueError(f"{text!r} is no size such as 48708, 64KiB or 1MiB")
    return int(match[1]) * UNITS[match[2]]


def seconds(text: str) -> float:
    """A time from 0 to LONGEST seconds; raises ValueError."""
    number = float(text)
    if not 0 <= number <= LONGEST:
        raise ValueError(f"{text!r} is not from 0 to {LONGEST} seconds")
    return number


def at_least(least: int) -> Callable[[str], int]:
    """The type of an option that is a whole number of at least `least`."""

    def whole_number(text: str) -> int:
        number = int(text)
        if number < least:
            raise argparse.ArgumentTypeError(f"{text!r} is less than {least}")
        return number

    return whole_number
