"""A gevent server: a greenlet for each connection. A greenlet in a call that is not gevent's blocks all others.

python -m labs.programs.servers.work_gevent --port 8001 --kind sleep --seconds 0.5 --yields no
"""

import argparse
import time

import gevent
from gevent import socket
from gevent.server import StreamServer

from labs.programs.servers.working import WORK, leaving, parse, parts, ready


def work(options: argparse.Namespace) -> None:
    """The difference is one word: gevent.sleep lets the hub go on with other greenlets."""
    for pause in parts(options):
        if options.yields == "yes":
            gevent.sleep(pause)
        else:
            time.sleep(pause)


def serve(options: argparse.Namespace) -> None:

    def answer(sock: socket.socket, _: object) -> None:
        with leaving():
            while request := sock.recv(1):
                if request == WORK:
                    work(options)
                sock.sendall(request)

    server = StreamServer((options.host, options.port), answer)
    server.start()
    ready(int(server.address[1]), "gevent")
    server.serve_forever()


def main() -> None:
    serve(parse(__doc__))


if __name__ == "__main__":
    main()
