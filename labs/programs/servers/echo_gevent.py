"""Echoes to many clients, each in a greenlet of its own: written like a thread, and all of them are one thread.

python -m labs.programs.servers.echo_gevent --port 8001
"""

import contextlib
from collections.abc import Sequence

from gevent import socket
from gevent.server import StreamServer

from labs.programs.servers.echoing import CHUNK, announce, listen


def echo(sock: socket.socket, _address: object) -> None:
    """Serves one client for as long as it sends; whenever it has to wait, other greenlets run."""
    with sock, contextlib.suppress(OSError):
        while data := sock.recv(CHUNK):
            sock.sendall(data)


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves; without descriptors gevent itself tells of it, and tries again later."""
    listener = listen(__doc__, arguments)
    listener.setblocking(False)
    server = StreamServer(listener, echo)
    server.start()
    announce(listener)
    server.serve_forever()


if __name__ == "__main__":
    main()
