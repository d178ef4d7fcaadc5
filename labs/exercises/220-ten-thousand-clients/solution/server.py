"""A server for ten thousand clients: one thread, one epoll set, a reserve for the client after the last, and a way to
stop gracefully.
"""

import errno
import os
import selectors
import signal
import socket

from client import READ, Client
from starting import STDOUT, announce_loop, listen_as_asked

from labs.programs.servers.event_queue import EventQueue


class Server:
    def __init__(self, listener: socket.socket, body: bytes) -> None:
        self.listener, self.accepted, self.stopping = listener, 0, False
        self.download = (b"%d\n" % len(body), memoryview(body))
        self.events = EventQueue(STDOUT)
        self.selector = selectors.EpollSelector()
        self.selector.register(listener, READ, self.accept)
        self.reserve = os.open(os.devnull, os.O_RDONLY)
        self.awake, self.waker = socket.socketpair()
        self.awake.setblocking(False)
        self.waker.setblocking(False)
        self.selector.register(self.awake, READ, self.stop)

    def run(self) -> None:
        while not self.stopping or len(self.selector.get_map()) > 1:  # `awake` is always registered
            for key, mask in self.selector.select(self.events.patience):
                if not isinstance(key.data, Client):
                    key.data()
                elif key.data.sock.fileno() >= 0:  # `stop` may have closed it meanwhile
                    self.serve(key, key.data, mask)
            self.events.flush()

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

    def close(self, client: Client) -> None:
        self.selector.unregister(client.sock)
        self.events.emit("closed", **client.counts())
        client.sock.close()

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
