"""Does what TCP allows a client to servers with one mistake each, and the very same to one without.

python -m labs.programs.clients.stream right=127.0.0.1:8001 one-send=127.0.0.1:8002 ...
"""

import socket
import sys
import time
from collections.abc import Callable, Sequence

from labs.programs.arguments import at_least, options_of, seconds, size
from labs.programs.clients import habits
from labs.programs.clients.habits import SMALL, Peer, ask, told
from labs.programs.events import checkpoint, emit
from labs.programs.framing import GET, request

RIGHT = "right"
Habit = Callable[[Peer], str]


def tried(peer: Peer, habit: Habit) -> str:
    """What came of it; `died` when the server serves nobody any more."""
    try:
        outcome = habit(peer)
        return outcome if peer.lives() else "died"
    except ConnectionError:
        return "died"
    except TimeoutError:
        return "no answer"


def say(habit: str, server: str, outcome: str) -> None:
    """An event for the lab."""
    emit("tried", habit=habit, server=server, outcome=outcome)


def half_closed(peer: Peer) -> socket.socket:
    """A connection whose sending half ended behind a request that was answered."""
    sock = peer.connect()
    sock.sendall(request(GET, SMALL))
    sock.shutdown(socket.SHUT_WR)
    if told(habits.taken(sock, SMALL), peer.has(SMALL)) != "answered":
        raise ConnectionResetError("the server did not answer")
    return sock


def silent(peer: Peer) -> socket.socket:
    """A connection whose request was answered, and who says nothing more."""
    sock = peer.connect()
    ask(peer, sock)
    return sock


def is_closed(peer: Peer, sock: socket.socket) -> str:  # noqa: ARG001 - as `is_served`
    """Whether the server has closed its half too."""
    sock.setblocking(False)
    try:
        return "answered" if sock.recv(1) == b"" else "other bytes"
    except BlockingIOError:
        return "kept open"


HELD = {
    "empty-read": ("half closed", half_closed, is_closed),
    "write-interest": ("silent", silent, ask),
}


def hold(peers: dict[str, Peer], idle: float) -> None:
    """Connections that stay for a while in which nobody sends anything."""
    held = [
        (habit, name, begin(peers[name]), end)
        for wrong, (habit, begin, end) in HELD.items()
        for name in (wrong, RIGHT)
        if wrong in peers
    ]
    checkpoint("idle")
    time.sleep(idle)
    checkpoint("awake")
    for habit, name, sock, end in held:
        with sock:
            say(habit, name, end(peers[name], sock))


def main(arguments: Sequence[str] | None = None) -> None:
    """Tries everything; raises OSError when a server with which it is to stay connected is not there."""
    parser = options_of(__doc__)
    parser.add_argument("servers", nargs="+", metavar="NAME=HOST:PORT", help="where the servers are")
    parser.add_argument("--size", type=size, default=4 * 1024**2, help="bytes that the servers have, such as 4MiB")
    parser.add_argument("--piece", type=at_least(1), default=1, help="bytes of each piece of a request")
    parser.add_argument("--letters", default="hello", help="a payload that begins with letters")
    parser.add_argument("--digits", default="2024", help="a payload that begins with digits")
    parser.add_argument("--idle", type=seconds, default=1.0, help="seconds in which nobody sends anything")
    options = parser.parse_args(arguments)

    peers = {}
    for server in options.servers:
        name, _, address = server.partition("=")
        host, _, port = address.rpartition(":")
        peers[name] = Peer((socket.gethostbyname(host), int(port)), options.size)
    letters, digits = options.letters.encode(), options.digits.encode()
    named: dict[str, tuple[Habit, tuple[str, ...]]] = {
        "in pieces": (lambda peer: habits.in_pieces(peer, options.piece), ("whole-reads",)),
        "two at once": (habits.two_at_once, ("whole-reads",)),
        "with digits": (lambda peer: habits.with_payload(peer, digits), ("whole-reads", "int-of-read")),
        "with letters": (lambda peer: habits.with_payload(peer, letters), ("whole-reads", "int-of-read")),
        "reading slowly": (habits.reading_slowly, ("one-send", "sendall")),
        "leaving": (habits.leaving, ("no-unregister", "late-unregister")),
    }
    checkpoint("ready", platform=sys.platform)
    for habit, (do, wrong) in named.items():
        for name in (*wrong, RIGHT):
            say(habit, name, tried(peers[name], do))
    hold(peers, options.idle)
    emit("finished")


if __name__ == "__main__":
    main()
