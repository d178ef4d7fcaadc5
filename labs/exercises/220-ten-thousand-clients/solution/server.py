"""A server for ten thousand clients: one thread, one epoll set, a reserve for the client after the last, and a way to
stop gracefully.
"""

import errno
import os
import selectors
import signal
import socket

from client import READ, Client
from loop import Loop
from starting import announce_loop, listen_as_asked


class Server(Loop):
    def __init__(self, listener: socket.socket, body: bytes) -> None:
        super().__init__(selectors.EpollSelector(), listener, body)
        self.reserve = os.open(os.devnull, os.O_RDONLY)

    def accept(self) -> None:
        if self.stopping:
            return
        try:
            sock, _ = self.listener.accept()
        except OSError as error:
            if error.errno == errno.EMFILE:
                self.shed()
            return
        self.accepted += 1
        sock.setblocking(False)
        self.selector.register(sock, READ, Client(sock, self.accepted, self.download))

    def shed(self) -> None:
        """Accepts a client with the reserve's descriptor, and closes it."""
        os.close(self.reserve)
        try:
            self.listener.accept()[0].close()
        except OSError:
            pass  # it has left meanwhile
        finally:
            self.reserve = os.open(os.devnull, os.O_RDONLY)

    def serve(self, key: selectors.SelectorKey, client: Client, mask: int) -> None:
        """Lets the client do what is possible now; `modify` is a system call, so it is called for a change only."""
        wanted = client.on_event(mask)
        if not wanted or (self.stopping and not client.is_under_way):
            self.close(client)
        elif wanted != key.events:
            self.selector.modify(client.sock, wanted, client)

    def stop(self) -> None:
        """Called after SIGTERM: stops accepting, and closes the clients that are between two requests."""
        self.awake.recv(64)
        if not self.stopping:
            self.stopping = True
            self.selector.unregister(self.listener)
            self.listener.close()
            clients = [key.data for key in self.selector.get_map().values() if isinstance(key.data, Client)]
            for client in clients:
                if not client.is_under_way:
                    self.close(client)


def main() -> None:
    listener, body = listen_as_asked(__doc__)
    server = Server(listener, body)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.set_wakeup_fd(server.waker.fileno())
    announce_loop(listener, server.selector)
    server.run()


if __name__ == "__main__":
    main()
