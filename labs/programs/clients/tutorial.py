"""Clients of servers.tutorial that download a song one after the other, and stay connected.

python -m labs.programs.clients.tutorial --to 127.0.0.1 --port 8001 --clients 100
"""

import socket
import sys
import time

from labs.programs.arguments import at_least, options_of
from labs.programs.clients.connecting import add_server
from labs.programs.events import checkpoint, emit
from labs.programs.songs import SONGS

SECONDS = 30
QUIET = 0.2  # seconds
# The server sends the size and, right behind it, the song.
ANSWER = b"%d" % len(SONGS["lyrics"]) + SONGS["lyrics"]


def download(address: tuple[str, int]) -> socket.socket:
    """A client that has all of its song; raises OSError or ValueError."""
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


def be_idle(moment: str) -> None:
    """Leaves the server alone for a while, between two looks of the lab: it must sleep."""
    begun = time.monotonic()
    time.sleep(QUIET)
    checkpoint("idle", moment=moment, seconds=round(time.monotonic() - begun, 4))


def main() -> int:
    """Returns 0 when every client got its song."""
    parser = options_of(__doc__)
    add_server(parser)
    parser.add_argument("--clients", type=at_least(1), default=100, help="clients that download, and stay")
    options = parser.parse_args()

    address = (socket.gethostbyname(options.to), options.port)
    checkpoint("ready", platform=sys.platform, clients=options.clients)
    served: list[socket.socket] = []
    for number in range(1, options.clients + 1):
        try:
            served.append(download(address))
            if number == 1:
                checkpoint("first")
                be_idle("first was idle")
            elif number & (number - 1) == 0:  # a power of two
                checkpoint("more", moment=f"{number} served", clients=number)
        except (OSError, ValueError) as error:
            emit("refused", client=number, error=type(error).__name__, message=str(error))
            break
    checkpoint("connected", clients=len(served))
    be_idle("all were idle")
    emit("finished", served=len(served))
    return 0 if len(served) == options.clients else 1


if __name__ == "__main__":
    sys.exit(main())
