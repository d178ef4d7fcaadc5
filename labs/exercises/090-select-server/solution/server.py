"""An echo server with select: one thread, and one call that waits for all sockets."""

import contextlib
import select
import socket

from labs.programs.servers.echoing import CHUNK, announce, listen


def serve(listener: socket.socket) -> None:
    clients: dict[int, socket.socket] = {}
    while True:
        readable, _, _ = select.select([listener.fileno(), *clients], [], [])
        for descriptor in readable:
            if descriptor == listener.fileno():
                descriptor = accept(listener, clients)  # its first bytes may be there already, so it is read at once
            data = read(clients[descriptor])
            if data:
                send(clients[descriptor], data)
            elif data is not None:
                clients.pop(descriptor).close()


def accept(listener: socket.socket, clients: dict[int, socket.socket]) -> int:
    """Adds the next client to `clients`, and returns its descriptor."""
    sock, _ = listener.accept()
    sock.setblocking(False)
    clients[sock.fileno()] = sock
    return sock.fileno()


def read(sock: socket.socket) -> bytes | None:
    """Returns the bytes that have come, b"" if the client has left, or None if nothing has come yet. It never waits."""
    try:
        return sock.recv(CHUNK)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def send(sock: socket.socket, data: bytes) -> None:
    """Sends the answer. If the kernel has no room for all of it, the rest is lost; exercise 100 is about that."""
    with contextlib.suppress(OSError):
        sock.sendall(data)


def main() -> None:
    listener = listen(__doc__)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
