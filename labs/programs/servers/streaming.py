"""What the servers of streams share: the options, the listener, and what they say when they can serve."""

import os
import selectors
import socket
import sys
from collections.abc import Sequence

from labs.programs.arguments import add_address, options_of, size
from labs.programs.events import emit, open_descriptors, soft_nofile
from labs.programs.protocol import payload

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
CHUNK = 16 * 1024
# What the kernel is to hold of one client each way, in bytes; by itself it may hold megabytes.
KERNEL_BUFFER = 64 * 1024


def prepare(
    description: str | None, arguments: Sequence[str] | None
) -> tuple[selectors.BaseSelector, socket.socket, memoryview]:
    """The selector, the listener, and the bytes that there are to get; whoever connects from now on is served."""
    parser = options_of(description)
    add_address(parser)
    parser.add_argument("--size", type=size, default=4 * 1024**2, help="bytes that there are to get, such as 4MiB")
    options = parser.parse_args(arguments)
    body = memoryview(payload(1, options.size))
    listener = socket.create_server((options.host, options.port), backlog=64)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)  # accepted sockets inherit it
    selector = selectors.DefaultSelector()
    emit(
        "ready",
        port=listener.getsockname()[1],
        platform=sys.platform,
        pid=os.getpid(),
        descriptors=open_descriptors(),
        nofile=soft_nofile(),
    )
    return selector, listener, body
