"""A server of one epoll loop: a callback for each event, and one that does not return stalls all others.

python -m labs.programs.servers.work_epoll --port 8001 --kind sleep --seconds 0.5 --yields no
"""

import argparse
import heapq
import selectors
import socket
import time
from collections.abc import Iterator, Sequence

from labs.programs.servers.working import WORK, leaving, parse, parts, ready

READ = selectors.EVENT_READ


class Loop:
    """One thread; work that yields is taken up again by `timers` once its pause is over."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Listens, and says so."""
        self.options = options
        self.selector = selectors.EpollSelector()
        self.timers: list[tuple[float, int, socket.socket, Iterator[float]]] = []
        self.listener = socket.create_server((options.host, options.port))
        self.listener.setblocking(False)
        self.selector.register(self.listener, READ, self.accept)
        ready(self.listener.getsockname()[1], "epoll")

    def run(self) -> None:
        """Waits for events and for timers, and calls back, for ever."""
        while True:
            patience = max(0.0, self.timers[0][0] - time.monotonic()) if self.timers else None
            for key, _ in self.selector.select(patience):
                key.data(key.fileobj)
            while self.timers and self.timers[0][0] <= time.monotonic():
                _, _, sock, work = heapq.heappop(self.timers)
                if self.go_on(sock, work):
                    break  # after each part, whoever came meanwhile has his turn

    def accept(self, listener: socket.socket) -> None:
        """A client came."""
        sock, _ = listener.accept()
        sock.setblocking(False)
        self.selector.register(sock, READ, self.answer)

    def answer(self, sock: socket.socket) -> None:
        """A client asks for something, or leaves."""
        request = b""
        with leaving():
            request = sock.recv(1)
        if request == WORK:
            self.selector.unregister(sock)
            self.go_on(sock, parts(self.options))
        elif not request or not self.replied(sock, request):
            self.selector.unregister(sock)
            sock.close()

    def go_on(self, sock: socket.socket, work: Iterator[float]) -> bool:
        """The difference: who yields returns to the loop until his pause is over. Returns whether he did."""
        for pause in work:
            if self.options.yields == "yes":
                heapq.heappush(self.timers, (time.monotonic() + pause, id(work), sock, work))
                return True
            time.sleep(pause)
        if self.replied(sock, WORK):
            self.selector.register(sock, READ, self.answer)
        else:
            sock.close()
        return False

    def replied(self, sock: socket.socket, answer: bytes) -> bool:
        """Answers; returns whether the client could take it."""
        with leaving():
            return bool(sock.send(answer))
        return False


def main(arguments: Sequence[str] | None = None) -> None:
    """Parses the options and serves."""
    Loop(parse(__doc__, arguments)).run()


if __name__ == "__main__":
    main()
