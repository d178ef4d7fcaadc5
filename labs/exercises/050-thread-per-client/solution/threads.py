"""An echo server with a thread for each client."""

import contextlib
import socket
import threading

from labs.programs.servers.echoing import CHUNK, announce, listen


def handle(sock: socket.socket) -> None:
    """Serves one client until it leaves. A client that resets its connection must end this call only."""
    with sock, contextlib.suppress(OSError):
        while data := sock.recv(CHUNK):
            sock.sendall(data)


def serve(listener: socket.socket) -> None:
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=handle, args=(sock,), daemon=True).start()


def main() -> None:
    listener = listen(__doc__)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
