"""An echo server with select, for clients that do not take their answers at once."""

import contextlib
import select
import socket

from labs.programs.servers.echoing import announce, listen

CHUNK = 256 * 1024  # more than the send buffer below has room for


class Client:
    """A client, and the bytes of its answer that the kernel has not taken yet."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.unsent = sock, b""
        self.sock.setblocking(False)

    def step(self) -> bool:
        """Does what is possible without blocking; returns False if the client has left."""
        try:
            if not self.unsent and not self.read():
                return False
            self.write()
        except OSError:
            return False
        return True

    def read(self) -> bool:
        """Takes the next bytes; returns False at the end of the stream."""
        try:
            self.unsent = self.sock.recv(CHUNK)
        except BlockingIOError:
            return True
        return bool(self.unsent)

    def write(self) -> None:
        """Sends as much of `unsent` as the kernel has room for, and keeps the rest."""
        # TODO 1: this forgets what the kernel had no room for. send() returns how many bytes it took, and raises
        # BlockingIOError if it took none. Keep all other bytes in `unsent`.
        with contextlib.suppress(BlockingIOError):
            self.sock.send(self.unsent)
        self.unsent = b""


def serve(listener: socket.socket) -> None:
    clients: dict[int, Client] = {}
    while True:
        # TODO 2: wait until a client with unsent bytes can be written to. Do not read from it meanwhile.
        readable, writable, _ = select.select([listener.fileno(), *clients], [], [])
        for descriptor in readable + writable:
            if descriptor == listener.fileno():
                client = Client(listener.accept()[0])
                clients[client.sock.fileno()] = client
            elif not clients[descriptor].step():
                clients.pop(descriptor).sock.close()


def main() -> None:
    listener = listen(__doc__)
    # Accepted sockets inherit this. A small buffer is full soon, so you see early what a slow network shows late.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
