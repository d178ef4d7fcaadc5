"""An echo server with a thread for each client."""

import socket

from labs.programs.servers.echoing import CHUNK, announce, listen


def handle(sock: socket.socket) -> None:
    """Serves one client until it leaves. A client that resets its connection must end this call only."""
    # TODO 1: this echoes what one recv() returned, and leaves. Go on until the client ends its stream; recv() then
    # returns b"". An OSError means that the client is gone. Close the socket in either case.
    sock.sendall(sock.recv(CHUNK))
    sock.close()


def serve(listener: socket.socket) -> None:
    while True:
        sock, _ = listener.accept()
        # TODO 2: call handle() in a thread of its own, so that the next client is accepted at once.
        handle(sock)


def main() -> None:
    listener = listen(__doc__)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
