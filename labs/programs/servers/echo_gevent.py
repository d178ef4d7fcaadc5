"""Echoes to many clients, each in a greenlet of its own: the code reads like threads, and runs in one.

python -m labs.programs.servers.echo_gevent --port 8001
"""

import contextlib

from gevent import socket
from gevent.server import StreamServer

from labs.programs.servers.echoing import CHUNK, announce, listen


def echo(sock: socket.socket, _address: object) -> None:
    """Whenever it waits, other greenlets run."""
    with sock, contextlib.suppress(OSError):
        while data := sock.recv(CHUNK):
            sock.sendall(data)


def main() -> None:
    listener = listen(__doc__)
    listener.setblocking(False)
    server = StreamServer(listener, echo)
    server.start()
    announce(listener)
    server.serve_forever()


if __name__ == "__main__":
    main()
