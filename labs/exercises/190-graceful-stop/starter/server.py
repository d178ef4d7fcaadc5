"""An echo server that stops gracefully: it finishes the messages that are under way, and then exits."""

import select
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
        self.awake.recv(64)  # or the byte would wake the loop again and again
        # TODO 2: stop accepting: unregister and close the listener. Close the clients that are between two messages.
        # The loop in `run` ends when `stopping` is true and no client is left. A second SIGTERM must change nothing.

    def serve(self, descriptor: int, event: int) -> None:
        client = self.clients[descriptor]
        # TODO 3: while the server stops, close a client as soon as its message is finished.
        if not client.step():
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
    # TODO 1: SIGTERM ends this process at once. Install a handler that does nothing, and let the interpreter write a
    # byte into the self-pipe when a signal comes: signal.set_wakeup_fd(server.waker.fileno()).
    announce(listener)
    server.run()


if __name__ == "__main__":
    main()
