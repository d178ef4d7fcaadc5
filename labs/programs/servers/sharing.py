"""What the two servers of files share: the options, the files, and what they say when they can serve."""

import os
import selectors
import socket
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from labs.programs.arguments import add_address, options_of
from labs.programs.events import emit, open_descriptors, soft_nofile
from labs.programs.servers.transfer import SELECTORS
from labs.programs.songs import write_all

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


def prepare(description: str | None, arguments: Sequence[str] | None) -> tuple[socket.socket, selectors.BaseSelector]:
    """The listener and the selector that the command line names; the files lie in the working directory from now on."""
    parser = options_of(description)
    add_address(parser)
    parser.add_argument("--selector", choices=SELECTORS, default="default", help="the mechanism that waits")
    options = parser.parse_args(arguments)
    os.chdir(tempfile.mkdtemp())
    write_all(Path())
    listener = socket.create_server((options.host, options.port), backlog=1024)
    listener.setblocking(False)
    selector: selectors.BaseSelector = getattr(selectors, SELECTORS[options.selector])()
    return listener, selector


def announce(listener: socket.socket, selector: selectors.BaseSelector) -> None:
    """Says that clients are served from now on, and what is open before the first."""
    emit(
        "ready",
        port=listener.getsockname()[1],
        selector=type(selector).__name__,
        platform=sys.platform,
        descriptors=open_descriptors(),
        nofile=soft_nofile(),
    )
