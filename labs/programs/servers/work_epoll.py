"""An epoll server: a callback for each event. A callback that does not return blocks all other clients.

python -m labs.programs.servers.work_epoll --port 8001 --kind sleep --seconds 0.5 --yields no
"""

import argparse
import heapq
import selectors
import socket
import time
from collections.abc import Iterator

from labs.programs.servers.working import WORK, leaving, parse, parts, ready

READ = selectors.EVENT_READ


class Loop:
    """One thread. Work that yields goes on from `timers` when its pause is over."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.selector = selectors.EpollSelector()
        self.timers: list[tuple[float, int, socket.socket, Iterator[float]]] = []
        self.listener = socket.create_server((options.host, options.port))
        self.listener.setblocking(False)
        self.selector.register(self.listener, READ, self.accept)
        ready(self.listener.getsockname()[1], "epoll")

    def run(self) -> None:
        while True:
            patience = max(0.0, self.timers[0][0] - time.monotonic()) if self.timers else None
            for key, _ in self.selector.select(patience):
                key.data(key.fileobj)
            while self.timers and self.timers[0][0] <= time.monotonic():
                _, _, sock, work = heapq.heappop(self.timers)
                if self.go_on(sock, work):
                    break  # after each part, clients that came meanwhile have their turn

    def accept(self, listener: socket.socket) -> None:
        sock, _ = listener.accept()
        sock.setblocking(False)
        self.selector.register(sock, READ, self.answer)

    def answer(self, sock: socket.socket) -> None:
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
        """The difference: work that yields returns to the loop until its pause is over. Returns whether it did."""
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
        with leaving():
            return bool(sock.send(answer))
        return False


def main() -> None:
    Loop(parse(__doc__)).run()


if __name__ == "__main__":
    main()
