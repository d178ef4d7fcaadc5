"""Clients of servers.tutorial who download a song one after the other, and all stay.

python -m labs.programs.clients.tutorial --to 127.0.0.1 --port 8001 --clients 100
"""

import socket
import sys
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit
from labs.programs.songs import SONGS

SECONDS = 30
# What the server says: the size, and the song right behind it.
ANSWER = b"%d" % len(SONGS["lyrics"]) + SONGS["lyrics"]


def download(address: tuple[str, int]) -> socket.socket:
    """A client that got all of its song; raises OSError or ValueError."""
    sock = socket.create_connection(address, SECONDS)
    sock.sendall(b"get lyrics")
    came = b""
    while len(came) < len(ANSWER):
        part = sock.recv(len(ANSWER) - len(came))
        if not part:
            raise ConnectionResetError("the server closed the connection")
        came += part
    if came != ANSWER:
        raise ValueError("this is another song")
    return sock


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when every client got its song."""
    parser = options_of(__doc__)
    parser.add_argument("--to", default="127.0.0.1", metavar="HOST", help="the server")
    parser.add_argument("--port", type=at_least(1), default=8001, help="the server's port")
    parser.add_argument("--clients", type=at_least(1), default=100, help="how many clients download, and stay")
    options = parser.parse_args(arguments)

    address = (socket.gethostbyname(options.to), options.port)
    checkpoint("ready", platform=sys.platform, clients=options.clients)
    served: list[socket.socket] = []
    for number in range(1, options.clients + 1):
        try:
            served.append(download(address))
        except (OSError, ValueError) as error:
            emit("refused", client=number, error=type(error).__name__, message=str(error))
            break
    checkpoint("connected", clients=len(served))
    emit("finished", served=len(served))
    return 0 if len(served) == options.clients else 1


if __name__ == "__main__":
    sys.exit(main())
