"""Support for the servers of files, tutorial and tutorial_correct: the options, the files, the event `ready`."""

import os
import selectors
import socket
import tempfile
from pathlib import Path

from labs.programs.arguments import add_address, options_of
from labs.programs.events import announce
from labs.programs.servers.selector_option import add_selector, selector_of
from labs.programs.songs import write_all

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


def prepare(description: str | None) -> tuple[selectors.BaseSelector, socket.socket]:
    """The selector of the command line and the listener. Changes to a new directory, which has the files."""
    parser = options_of(description)
    add_address(parser)
    add_selector(parser)
    options = parser.parse_args()
    os.chdir(tempfile.mkdtemp())
    write_all(Path())
    listener = socket.create_server((options.host, options.port), backlog=1024)
    listener.setblocking(False)
    selector = selector_of(parser, options.selector)
    announce(listener, selector=type(selector).__name__)
    return selector, listener
