"""Support for servers with a --selector: the option, and the selector that it names."""

import argparse
import selectors

from labs.programs.servers.sliced_selector import SlicedSelector

SELECTORS = {
    "select": "SelectSelector",
    "poll": "PollSelector",
    "epoll": "EpollSelector",
    "default": "DefaultSelector",
    "sliced": "SlicedSelector",
}


def add_selector(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--selector", choices=SELECTORS, default="default", help="the mechanism that waits")


def selector_of(parser: argparse.ArgumentParser, choice: str) -> selectors.BaseSelector:
    """A new selector; ends the program with a usage error where the system lacks that mechanism."""
    available = [one for one, name in SELECTORS.items() if one == "sliced" or hasattr(selectors, name)]
    if choice not in available:
        parser.error(f"this system has no {choice}; it has {', '.join(available)}")
    return SlicedSelector() if choice == "sliced" else getattr(selectors, SELECTORS[choice])()
