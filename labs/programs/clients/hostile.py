"""Clients that a server must outlive: twenty hostile behaviours at once, round after round, until a truce.

python -m labs.programs.clients.hostile --to 127.0.0.1 --to-port 8001 --port 8002 --each 5
python -m labs.programs.clients.truce --to 127.0.0.1 --port 8002
"""

import heapq
import select
import socket
import sys
import time
from collections.abc import Callable, Sequence
from itertools import count

from labs.programs.arguments import add_address, at_least, options_of, seconds
from labs.programs.clients.behaviours import BEHAVIOURS, REST, Peer, Steps
from labs.programs.clients.conversation import Conversation
from labs.programs.events import checkpoint
from labs.programs.protocol import NOTHING


class Attacker:
    """One client that behaves in one way, and begins anew whenever it is through."""

    def __init__(self, behaviour: Callable[[Peer], Steps], address: tuple[str, int]) -> None:
        """Nothing is connected yet."""
        self.behaviour, self.peer, self.rounds = behaviour, Peer(address), 0
        self.steps = behaviour(self.peer)

    def step(self) -> float:
        """Goes on; returns the seconds until the next step."""
        try:
            return next(self.steps)
        except (StopIteration, OSError):
            # Through, or ended by the server, which is its right; or not taken at all, which the peer has counted.
            self.rounds += 1
            self.peer.close()
        self.steps = self.behaviour(self.peer)
        return REST


def attack(attackers: Sequence[Attacker], truce: socket.socket, until: float) -> str:
    """Lets each attacker go on when it is due; returns what ended that: a `truce`, by a connection, or the `time`."""
    order = count()
    due = [(0.0, next(order), attacker) for attacker in attackers]
    while (now := time.monotonic()) < until:
        wait = min(max(0.0, due[0][0] - now), until - now)
        if select.select([truce], [], [], wait)[0]:
            return "truce"
        while due[0][0] <= now:
            _, _, attacker = due[0]
            heapq.heapreplace(due, (now + attacker.step(), next(order), attacker))
    return "time"


def settle(address: tuple[str, int], timeout: float) -> None:
    """Asks like an honest client, and waits for the end that only the server can make.

    It is accepted behind all others, and each answer is a turn of the loop in which it hears that the others are gone.
    """
    client = Conversation(address, 1, 0, 1, timeout)
    client.admit()
    with client.socket, client.stream:
        client.socket.sendall(b"put 0\n")
        client.compare("the empty upload", client.line(), NOTHING)
        client.socket.shutdown(socket.SHUT_WR)
        client.compare("the end", client.stream.read(1).decode("ascii", "replace"), "")


def counted(attackers: Sequence[Attacker]) -> dict[str, object]:
    """What each behaviour did, and what all of them came to."""
    rounds: dict[str, int] = {}
    for attacker in attackers:
        rounds[attacker.behaviour.__name__] = rounds.get(attacker.behaviour.__name__, 0) + attacker.rounds
    peers = [attacker.peer for attacker in attackers]
    return {
        "behaviours": rounds,
        "refused": sum(peer.refused for peer in peers),
        "sent": sum(peer.sent for peer in peers),
        "received": sum(peer.received for peer in peers),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when the server took every connection to the end."""
    parser = options_of(__doc__)
    parser.add_argument("--to", default="127.0.0.1", metavar="HOST", help="the server")
    parser.add_argument("--to-port", type=at_least(1), default=8001, help="the server's port")
    add_address(parser)  # where a truce is awaited
    parser.add_argument("--each", type=at_least(1), default=5, help="how many clients behave in each of the ways")
    parser.add_argument("--seconds", type=seconds, default=60, help="when the attack ends if no truce comes")
    parser.add_argument("--timeout", type=seconds, default=30, help="seconds that the server may take at the end")
    options = parser.parse_args(arguments)

    address = (socket.gethostbyname(options.to), options.to_port)
    attackers = [Attacker(behaviour, address) for behaviour in BEHAVIOURS for _ in range(options.each)]
    for attacker in attackers:
        attacker.step()
    with socket.create_server((options.host, options.port)) as truce:
        begun = time.monotonic()
        port = truce.getsockname()[1]
        checkpoint("ready", platform=sys.platform, port=port, behaviours=len(BEHAVIOURS), clients=len(attackers))
        ended_by = attack(attackers, truce, begun + options.seconds)
        lasted = time.monotonic() - begun
        for attacker in attackers:
            attacker.peer.reset()
        facts = counted(attackers)
        try:
            settle(address, options.timeout)
            facts["settled"] = True
        except (OSError, ValueError) as error:
            facts |= {"settled": False, "error": type(error).__name__, "message": str(error)}
        # Whoever made the truce learns of the end, when this process closes, only after the lab has looked.
        checkpoint("finished", by=ended_by, seconds=round(lasted, 4), **facts)
    return 0 if facts["settled"] and not facts["refused"] else 1


if __name__ == "__main__":
    sys.exit(main())
