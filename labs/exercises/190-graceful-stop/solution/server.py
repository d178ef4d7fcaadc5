"""An echo server that stops gracefully: it finishes the messages that are under way, and then exits."""

import select
import signal
import socket

from client import Client

from labs.programs.servers.echoing import announce, listen


class Server:
    def __init__(self, listener: socket.socket) -> None:
        self.listener, self.clients, self.stopping = listener, dict[int, Client](), False
        self.awake, self.waker = socket.socketpair()  # the self-pipe: a byte written to `waker` makes `awake` readable
        self.awake.setblocking(False)
        self.waker.setblocking(False)
        self.epoll = select.epoll()
        self.epoll.register(listener, select.EPOLLIN)
        self.epoll.register(self.awake, select.EPOLLIN)

    def run(self) -> None:
        while self.clients or not self.stopping:
            for descriptor, event in self.epoll.poll():
                if descriptor == self.awake.fileno():
                    self.stop()
                elif descriptor == self.listener.fileno():
                    client = Client(self.listener.accept()[0])
                    self.clients[client.sock.fileno()] = client
                    self.epoll.register(client.sock, select.EPOLLIN)
                elif descriptor in self.clients:
                    self.serve(descriptor, event)

    def stop(self) -> None:
        """Stops accepting, and closes the clients that are between two messages."""
        self.awake.recv(64)
        if self.stopping:
            return
        self.stopping = True
        self.epoll.unregister(self.listener)
        self.listener.close()
        for descriptor in [one for one, client in self.clients.items() if not client.is_under_way]:
            self.close(descriptor)

    def serve(self, descriptor: int, event: int) -> None:
        client = self.clients[descriptor]
        if not client.step() or (self.stopping and not client.is_under_way):
            self.close(descriptor)
            return
        wanted = select.EPOLLOUT if client.unsent else select.EPOLLIN
        if not event & wanted:
            self.epoll.modify(descriptor, wanted)

    def close(self, descriptor: int) -> None:
        self.epoll.unregister(descriptor)
        self.clients.pop(descriptor).sock.close()


def main() -> None:
    listener = listen(__doc__)
    server = Server(listener)
    signal.signal(signal.SIGTERM, lambda *_: None)  # with the default action, the process would die
    signal.set_wakeup_fd(server.waker.fileno())
    announce(listener)
    server.run()


if __name__ == "__main__":
    main()
