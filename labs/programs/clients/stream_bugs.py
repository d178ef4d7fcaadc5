"""Does what TCP allows a client, to servers with one bug each and to a correct one.

python -m labs.programs.clients.stream_bugs right=127.0.0.1:8001 one-send=127.0.0.1:8002 ...
"""

import sys
from collections.abc import Callable

from labs.programs.arguments import at_least, options_of, seconds, size
from labs.programs.clients import stream_cases
from labs.programs.clients.beat import Beat
from labs.programs.clients.connecting import addresses_of
from labs.programs.clients.stream_cases import Peer
from labs.programs.clients.stream_held import RIGHT, hold
from labs.programs.events import checkpoint, emit

Case = Callable[[Peer], str]


def outcome_of(peer: Peer, case: Case) -> str:
    """The outcome; `died` when the server serves no client any more."""
    try:
        outcome = case(peer)
        return outcome if peer.lives() else "died"
    except ConnectionError:
        return "died"
    except TimeoutError:
        return "no answer"


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("servers", nargs="+", metavar="NAME=HOST:PORT", help="the servers")
    parser.add_argument("--size", type=size, default=4 * 1024**2, help="bytes that there are to get, such as 4MiB")
    parser.add_argument("--piece", type=at_least(1), default=1, help="bytes of each segment of a request")
    parser.add_argument("--letters", default="hello", help="a payload that begins with letters")
    parser.add_argument("--digits", default="2024", help="a payload that begins with digits")
    parser.add_argument("--idle", type=seconds, default=1.0, help="seconds in which no client sends anything")
    options = parser.parse_args()

    peers = {name: Peer(address, options.size) for name, address in addresses_of(options.servers).items()}
    letters, digits = options.letters.encode(), options.digits.encode()
    named: dict[str, tuple[Case, tuple[str, ...]]] = {
        "in pieces": (lambda peer: stream_cases.in_pieces(peer, options.piece), ("whole-reads",)),
        "two at once": (stream_cases.two_at_once, ("whole-reads",)),
        "with digits": (lambda peer: stream_cases.with_payload(peer, digits), ("whole-reads", "int-of-read")),
        "with letters": (lambda peer: stream_cases.with_payload(peer, letters), ("whole-reads", "int-of-read")),
        "reading slowly": (stream_cases.reading_slowly, ("one-send", "sendall")),
        "leaving": (stream_cases.leaving, ("no-unregister", "late-unregister")),
    }
    checkpoint("ready", platform=sys.platform)
    beat = Beat()
    beat.start()
    for case, (do, wrong) in named.items():
        there = [name for name in wrong if name in peers]
        for name in (*there, RIGHT) if there else ():
            emit("tried", habit=case, server=name, outcome=outcome_of(peers[name], do))
    hold(peers, options.idle)
    emit("finished", late=beat.end())


if __name__ == "__main__":
    main()
