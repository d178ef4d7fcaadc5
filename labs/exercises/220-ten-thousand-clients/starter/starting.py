"""Starts a server: the options, the listener and the event `ready`. Leave this file as it is."""

import platform
import selectors
import socket
import sys

from labs.programs.arguments import add_address, options_of, size
from labs.programs.events import announce
from labs.programs.protocol import payload

STDOUT = sys.stdout.fileno()
# Bytes that the kernel may buffer for one client, each way. Its own default is megabytes for a client that never reads.
KERNEL_BUFFER = 128 * 1024


def listen_as_asked(description: str | None) -> tuple[socket.socket, bytes]:
    """The listener, and the bytes that clients download."""
    parser = options_of(description)
    add_address(parser)
    parser.add_argument("--selector", help="set by the scenario; not used here")
    parser.add_argument("--size", type=size, default=1024)
    options = parser.parse_args()
    listener = socket.create_server((options.host, options.port), backlog=1024)
    for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        listener.setsockopt(socket.SOL_SOCKET, buffer, KERNEL_BUFFER)  # accepted sockets inherit it
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setblocking(False)
    return listener, payload(1, options.size)


def announce_loop(listener: socket.socket, selector: selectors.BaseSelector) -> None:
    """Emits `ready`, with the descriptors that are open before the first client."""
    announce(listener, selector=type(selector).__name__, python=platform.python_version())
