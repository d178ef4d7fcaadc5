"""One thread that serves downloads and uploads to many clients; select, poll and epoll differ by one option.

python -m labs.programs.servers.transfer --selector epoll --port 8001
"""

import hashlib
import os
import platform
import selectors
import socket
import sys
from collections import deque
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of, size
from labs.programs.events import emit, open_descriptors, soft_nofile
from labs.programs.protocol import Get, Put, RequestParser, Wrong, payload

SELECTORS = {"select": "SelectSelector", "poll": "PollSelector", "epoll": "EpollSelector", "default": "DefaultSelector"}
CHUNK = 64 * 1024
MOST_ANSWERS = 1024


class Connection:
    """One client: what is still to be sent to it, and what bytes of bodies went each way."""

    def __init__(self, server: "Server", sock: socket.socket, number: int) -> None:
        """`number` counts the accepted clients from 1."""
        self.server, self.sock, self.number = server, sock, number
        self.parser = RequestParser()
        self.outgoing: deque[tuple[memoryview, bool]] = deque()  # (bytes, whether they are of a body)
        self.refused = self.ended = False  # after a wrong request; when the client sends no more
        self.sent = self.received = 0
        self.sent_digest, self.received_digest = hashlib.sha256(), hashlib.sha256()

    def on_event(self, mask: int) -> None:
        """Reads or writes what is possible now. A peer that is gone ends its own connection and no other."""
        try:
            if mask & selectors.EVENT_READ:
                self.read()
            self.write()
        except OSError:
            return self.close()
        # A client may end its sending half and still wait for its answers.
        if self.ended and not self.outgoing:
            return self.close()
        # Who asks and never reads is not listened to until it does. And asking for EVENT_WRITE while there is nothing
        # to write would wake the loop without end.
        listening = not self.ended and len(self.outgoing) < MOST_ANSWERS
        wanted = (selectors.EVENT_READ if listening else 0) | (selectors.EVENT_WRITE if self.outgoing else 0)
        return self.server.watch(self, wanted)

    def read(self) -> None:
        """Takes what has come: part of a request, or several."""
        try:
            data = self.sock.recv(CHUNK)
        except BlockingIOError:
            return
        self.ended = not data
        # What follows a wrong request is read and dropped: closing with unread data would reset the connection, and
        # the client might never see why.
        for item in () if self.refused else self.parser.feed(data):
            self.take(item)

    def take(self, item: Get | Put | Wrong | memoryview) -> None:
        """Answers a request, or counts a part of an upload."""
        if isinstance(item, Get):
            self.answer(b"%d\n" % len(self.server.payload))
            self.outgoing.append((memoryview(self.server.payload), True))
        elif isinstance(item, Put):
            self.answer(item.sha256.encode() + b"\n")
        elif isinstance(item, Wrong):
            self.answer(b"error " + item.reason.encode() + b"\n")
            self.refused = True
        else:
            self.received += len(item)
            self.received_digest.update(item)

    def answer(self, line: bytes) -> None:
        """Queues a line."""
        self.outgoing.append((memoryview(line), False))

    def write(self) -> None:
        """Sends until the socket takes no more; a send may take only a part, and the rest keeps its place."""
        while self.outgoing:
            view, is_body = self.outgoing[0]
            try:
                count = self.sock.send(view)
            except BlockingIOError:
                return
            if is_body:
                self.sent += count
                self.sent_digest.update(view[:count])
            if count == len(view):
                self.outgoing.popleft()
            else:
                self.outgoing[0] = (view[count:], is_body)
        if self.refused:
            self.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Unregisters before closing: a closed descriptor's number may be somebody else's a moment later."""
        self.server.selector.unregister(self.sock)
        # Said before the end of the stream can be seen, so whoever waits for that end knows that this was counted.
        emit(
            "closed",
            client=self.number,
            sent=self.sent,
            sent_sha256=self.sent_digest.hexdigest(),
            received=self.received,
            received_sha256=self.received_digest.hexdigest(),
        )
        self.sock.close()


class Server:
    """The loop, its listener and its selector."""

    def __init__(self, selector: selectors.BaseSelector, listener: socket.socket, body: bytes) -> None:
        """Serves `body` to whoever asks."""
        self.selector, self.listener, self.payload = selector, listener, body
        self.accepted = 0

    def run(self) -> None:
        """Serves until something is raised: an accept without descriptors and a select that is full are meant to be
        seen.
        """
        self.selector.register(self.listener, selectors.EVENT_READ)
        while True:
            for key, mask in self.selector.select():
                if key.data is None:
                    self.accept()
                else:
                    key.data.on_event(mask)

    def accept(self) -> None:
        """Takes one client for each time that the listener is ready."""
        sock, _ = self.listener.accept()
        self.accepted += 1
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(sock, selectors.EVENT_READ, Connection(self, sock, self.accepted))

    def watch(self, connection: Connection, events: int) -> None:
        """Changes what the loop waits for, if that is a change at all: modify is a system call with epoll."""
        if self.selector.get_key(connection.sock).events != events:
            self.selector.modify(connection.sock, events, connection)


def available() -> list[str]:
    """The choices of --selector that this system has."""
    return [choice for choice, name in SELECTORS.items() if hasattr(selectors, name)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    parser = options_of(__doc__)
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on")
    parser.add_argument("--port", type=at_least(0), default=8001, help="port to listen on; 0 takes a free one")
    parser.add_argument("--selector", choices=SELECTORS, default="default", help="the mechanism that waits")
    parser.add_argument("--size", type=size, default=64 * 1024, help="bytes of the download, such as 64KiB")
    parser.add_argument("--seed", type=int, default=1, help="what the download's bytes are made from")
    parser.add_argument("--backlog", type=at_least(0), default=1024, help="connections that may wait to be accepted")
    options = parser.parse_args(arguments)
    if options.selector not in available():
        parser.error(f"this system has no {options.selector}; it has {', '.join(available())}")

    listener = socket.create_server((options.host, options.port), backlog=options.backlog)
    listener.setblocking(False)
    with getattr(selectors, SELECTORS[options.selector])() as selector:
        server = Server(selector, listener, payload(options.seed, options.size))
        emit(
            "ready",
            port=listener.getsockname()[1],
            selector=type(selector).__name__,
            platform=sys.platform,
            python=platform.python_version(),
            pid=os.getpid(),
            descriptors=open_descriptors(),
            nofile=soft_nofile(),
        )
        server.run()


if __name__ == "__main__":
    main()
