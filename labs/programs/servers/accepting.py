"""Support for accept_*.py, which differ in what they do when accept() has no descriptor left.

A client is greeted with one byte when it was accepted, and gets the counts when it sends anything.
"""

import argparse
import errno
import json
import os
import selectors
import socket
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from labs.programs.arguments import add_address, at_least, options_of
from labs.programs.events import announce

GREETING = b"+"
OUT_OF_DESCRIPTORS = errno.EMFILE


@dataclass
class Counts:
    """How often the listener woke the server, how often accept failed, and how many clients were closed."""

    wakeups: int = 0
    failed: int = 0
    shed: int = 0

    @property
    def line(self) -> bytes:
        return (json.dumps(asdict(self)) + "\n").encode()


Accept = Callable[[socket.socket, Counts], socket.socket | None]


def parse(description: str | None, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = options_of(description)
    add_address(parser)
    parser.add_argument("--backlog", type=at_least(1), default=1024, help="connections that may wait to be accepted")
    return parser.parse_args(arguments)


def listen(options: argparse.Namespace) -> socket.socket:
    listener = socket.create_server((options.host, options.port), backlog=options.backlog)
    listener.setblocking(False)
    return listener


def ready(listener: socket.socket) -> None:
    announce(listener, pid=os.getpid())


def serve(accept: Accept, description: str | None, arguments: Sequence[str] | None = None) -> None:
    """One level-triggered loop: the listener wakes it as long as a client waits to be accepted."""
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
    """Sends a client the counts, or closes its connection when it has ended."""
    try:
        if client.recv(64):
            client.send(counts.line)
            return
    except ConnectionError:
        pass
    selector.unregister(client)
    client.close()
