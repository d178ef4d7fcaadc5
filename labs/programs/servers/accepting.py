"""What all servers share that run out of descriptors: the options, the greeting, the counts, and a plain loop.

They differ only in what they do when accept has no descriptor left. Who was accepted is sent one byte, and whoever
sends anything is told the counts.
"""

import argparse
import errno
import json
import os
import selectors
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from labs.programs.arguments import add_address, at_least, options_of
from labs.programs.events import emit, open_descriptors, soft_nofile

GREETING = b"+"
OUT_OF_DESCRIPTORS = errno.EMFILE


@dataclass
class Counts:
    """How often the listener woke the server, how often accept failed, and how many clients were sent away."""

    wakeups: int = 0
    failed: int = 0
    shed: int = 0

    @property
    def line(self) -> bytes:
        """The counts as a client gets them."""
        return (json.dumps(asdict(self)) + "\n").encode()


Accept = Callable[[socket.socket, Counts], socket.socket | None]


def parse(description: str | None, arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options, the same for every server."""
    parser = options_of(description)
    add_address(parser)
    parser.add_argument("--backlog", type=at_least(1), default=1024, help="connections that may wait to be accepted")
    return parser.parse_args(arguments)


def listen(options: argparse.Namespace) -> socket.socket:
    """The listener, which never blocks."""
    listener = socket.create_server((options.host, options.port), backlog=options.backlog)
    listener.setblocking(False)
    return listener


def ready(listener: socket.socket) -> None:
    """Says that the server can serve."""
    emit(
        "ready",
        port=listener.getsockname()[1],
        platform=sys.platform,
        pid=os.getpid(),
        descriptors=open_descriptors(),
        nofile=soft_nofile(),
    )


def serve(accept: Accept, description: str | None, arguments: Sequence[str] | None) -> None:
    """One loop with epoll, level-triggered: it is woken as long as anybody waits to be accepted."""
    counts = Counts()
    listener = listen(parse(description, arguments))
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        ready(listener)
        while True:
            for key, _ in selector.select():
                if key.fileobj is not listener:
                    answer(selector, key.data, counts)
                    continue
                counts.wakeups += 1
                if client := accept(listener, counts):
                    client.send(GREETING)
                    selector.register(client, selectors.EVENT_READ, client)


def answer(selector: selectors.BaseSelector, client: socket.socket, counts: Counts) -> None:
    """Tells a client the counts, or lets it go."""
    try:
        if client.recv(64):
            client.send(counts.line)
            return
    except ConnectionError:
        pass
    selector.unregister(client)
    client.close()
