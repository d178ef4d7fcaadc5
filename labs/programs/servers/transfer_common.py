"""Support for servers.transfer: the options, the listener and the event `ready`."""

import os
import selectors
import socket
import sys

from labs.programs.arguments import add_address, at_least, options_of, size
from labs.programs.events import announce
from labs.programs.protocol import payload
from labs.programs.servers.event_queue import EventQueue
from labs.programs.servers.selector_option import add_selector, selector_of

# Bytes that the kernel may hold for one client, each way. Its own default is megabytes for a client that never reads.
KERNEL_BUFFER = 128 * 1024


def prepare(description: str | None) -> tuple[selectors.BaseSelector, socket.socket, bytes, EventQueue]:
    """The selector of the command line, the listener, what clients download, and the events on stdout."""
    parser = options_of(description)
    add_address(parser)
    add_selector(parser)
    parser.add_argument("--size", type=size, default=64 * 1024, help="bytes of the download, such as 64KiB")
    parser.add_argument("--seed", type=int, default=1, help="seed of the download's bytes")
    parser.add_argument("--backlog", type=at_least(0), default=1024, help="connections that may wait to be accepted")
    options = parser.parse_args()
    selector = selector_of(parser, options.selector)

    listener = socket.create_server((options.host, options.port), backlog=options.backlog)
    for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        listener.setsockopt(socket.SOL_SOCKET, buffer, KERNEL_BUFFER)  # accepted sockets inherit it
    listener.setblocking(False)
    body, events = payload(options.seed, options.size), EventQueue(sys.stdout.fileno())
    announce(listener, selector=type(selector).__name__, python=sys.version.split()[0], pid=os.getpid())
    return selector, listener, body, events
