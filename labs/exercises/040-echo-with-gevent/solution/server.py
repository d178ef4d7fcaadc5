"""An echo server: it returns every byte that a client sends, until the client leaves."""

from gevent import socket
from gevent.server import StreamServer

from labs.programs.servers.echoing import CHUNK, announce, listen


def echo(sock: socket.socket, _address: object) -> None:
    """Serves one client until it leaves. A broken connection ends only this call."""
    with sock:
        try:
            while data := sock.recv(CHUNK):
                sock.sendall(data)
        except OSError:
            pass


def main() -> None:
    listener = listen(__doc__)
    listener.setblocking(False)
    server = StreamServer(listener, echo)
    server.start()
    announce(listener)
    server.serve_forever()


if __name__ == "__main__":
    main()
