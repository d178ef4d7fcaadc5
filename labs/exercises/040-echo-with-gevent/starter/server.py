"""An echo server: it returns every byte that a client sends, until the client leaves."""

from gevent import socket

from labs.programs.servers.echoing import CHUNK, announce, listen


def echo(sock: socket.socket, _address: object) -> None:
    """Serves one client until it leaves. A broken connection ends only this call."""
    # TODO 1: this echoes what one recv() returned, and leaves. Go on until the client ends its stream; recv() then
    # returns b"". An OSError means that the client is gone. Close the socket in either case.
    sock.sendall(sock.recv(CHUNK))
    sock.close()


def main() -> None:
    listener = listen(__doc__)
    announce(listener)
    # TODO 2: a new client waits until the previous one has left. Serve each client in its own greenlet.
    while True:
        echo(*listener.accept())


if __name__ == "__main__":
    main()
