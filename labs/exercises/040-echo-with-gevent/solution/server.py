"""An echo server: whatever a client sends, it gets back, as long as it stays."""

from gevent import socket
from gevent.server import StreamServer

from labs.programs.servers.echoing import CHUNK, announce, listen


def echo(sock: socket.socket, _address: object) -> None:
    """Serves one client for as long as it sends; one that is gone ends only this."""
    with sock:
        try:
            while data := sock.recv(CHUNK):
                sock.sendall(data)
        except OSError:
            pass


def main() -> None:
    """Listens, says so, and serves."""
    listener = listen(__doc__, None)
    listener.setblocking(False)
    server = StreamServer(listener, echo)
    server.start()
    announce(listener)
    server.serve_forever()


if __name__ == "__main__":
    main()
