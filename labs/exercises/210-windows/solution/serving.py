"""Serves uploads and downloads with the selector that it is given. Leave this file as it is."""

import platform
import selectors
import socket
import sys

from labs.programs.arguments import add_address, options_of, size
from labs.programs.events import emit
from labs.programs.protocol import payload
from labs.programs.servers.connection import Connection
from labs.programs.servers.event_queue import EventQueue


class Server:
    def __init__(self, selector: selectors.BaseSelector, listener: socket.socket, body: bytes) -> None:
        self.selector, self.listener, self.accepted = selector, listener, 0
        self.download, self.events = (b"%d\n" % len(body), memoryview(body)), EventQueue(sys.stdout.fileno())
        self.selector.register(listener, selectors.EVENT_READ)

    def run(self) -> None:
        while True:
            for key, mask in self.selector.select(self.events.patience):
                if key.data is None:
                    self.accept()
                else:
                    self.serve(key, mask)
            self.events.flush()

    def accept(self) -> None:
        sock, _ = self.listener.accept()
        self.accepted += 1
        sock.setblocking(False)
        self.selector.register(sock, selectors.EVENT_READ, Connection(sock, self.accepted, self.download))

    def serve(self, key: selectors.SelectorKey, mask: int) -> None:
        wanted = key.data.on_event(mask)
        if not wanted:
            self.selector.unregister(key.fileobj)
            self.events.emit("closed", **key.data.counts())
            key.data.sock.close()
        elif wanted != key.events:
            self.selector.modify(key.fileobj, wanted, key.data)


def serve(selector: selectors.BaseSelector) -> None:
    parser = options_of(__doc__)
    add_address(parser)
    parser.add_argument("--selector", help="set by the scenario; not used here")
    parser.add_argument("--size", type=size, default=1024)
    options = parser.parse_args()
    listener = socket.create_server((options.host, options.port), backlog=1024)
    listener.setblocking(False)
    server = Server(selector, listener, payload(1, options.size))
    emit("ready", selector=type(selector).__name__, platform=sys.platform, python=platform.python_version())
    server.run()
