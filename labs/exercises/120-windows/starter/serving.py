"""Serves uploads and downloads by whichever selector it is given; there is nothing to do in this file."""

import platform
import selectors
import socket
import sys

from labs.programs.arguments import add_address, options_of, size
from labs.programs.events import emit
from labs.programs.protocol import payload
from labs.programs.servers.event_queue import EventQueue
from labs.programs.servers.transfer import Server


def serve(selector: selectors.BaseSelector) -> None:
    """Listens, says so, and serves for ever."""
    parser = options_of(__doc__)
    add_address(parser)
    parser.add_argument("--selector", help="the scenario's word for what is wanted")
    parser.add_argument("--size", type=size, default=1024)
    options = parser.parse_args()
    listener = socket.create_server((options.host, options.port), backlog=1024)
    listener.setblocking(False)
    server = Server(selector, listener, payload(1, options.size), EventQueue(sys.stdout.fileno()))
    emit("ready", selector=type(selector).__name__, platform=sys.platform, python=platform.python_version())
    server.run()
