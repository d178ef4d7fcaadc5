"""Support for stream_*.py: the options, the listener and the event `ready`."""

import os
import selectors
import socket

from labs.programs.arguments import add_address, options_of, size
from labs.programs.events import announce
from labs.programs.protocol import payload

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
CHUNK = 16 * 1024
# Bytes that the kernel may hold for one client; its own default is megabytes.
KERNEL_BUFFER = 64 * 1024


def prepare(description: str | None) -> tuple[selectors.BaseSelector, socket.socket, memoryview]:
    """The selector, the listener, and the bytes that there are to get."""
    parser = options_of(description)
    add_address(parser)
    parser.add_argument("--size", type=size, default=4 * 1024**2, help="bytes that there are to get, such as 4MiB")
    options = parser.parse_args()
    body = memoryview(payload(1, options.size))
    listener = socket.create_server((options.host, options.port), backlog=64)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)  # accepted sockets inherit it
    selector = selectors.DefaultSelector()
    announce(listener, pid=os.getpid())
    return selector, listener, body
