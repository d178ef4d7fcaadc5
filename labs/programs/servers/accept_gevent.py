"""gevent waits longer each time, up to a second, when accept() has no descriptor left.

python -m labs.programs.servers.accept_gevent --port 8001
"""

from typing import Any

from gevent.server import StreamServer
from gevent.socket import socket

from labs.programs.servers.accepting import GREETING, Counts, listen, parse, ready


class Server(StreamServer):
    counts = Counts()

    def do_read(self) -> Any:
        try:
            return super().do_read()
        except OSError:
            self.counts.failed += 1
            raise

    def handle(self, client: socket, _: object) -> None:
        client.sendall(GREETING)
        while client.recv(64):
            client.sendall(self.counts.line)


def main() -> None:
    listener = listen(parse(__doc__))
    server = Server(socket(fileno=listener.detach()))
    server.start()
    ready(server.socket)
    server.serve_forever()


if __name__ == "__main__":
    main()
