"""Clients that a server must survive: twenty hostile behaviours at once, round after round, until a truce.

python -m labs.programs.clients.hostile --to 127.0.0.1 --to-port 8001 --port 8002 --each 5
python -m labs.programs.clients.end_attack --to 127.0.0.1 --port 8002
"""

import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence

from labs.programs.arguments import add_address, at_least, options_of, seconds
from labs.programs.clients.hostile_behaviours import BEHAVIOURS
from labs.programs.clients.hostile_end import settle
from labs.programs.clients.hostile_peer import Attacker, attack
from labs.programs.events import checkpoint


def counted(attackers: Sequence[Attacker]) -> dict[str, object]:
    """The rounds of each behaviour, and the sums over all clients."""
    rounds: Counter[str] = Counter()
    for attacker in attackers:
        rounds[attacker.behaviour.__name__] += attacker.rounds
    peers = [attacker.peer for attacker in attackers]
    return {
        "behaviours": rounds,
        "refused": sum(peer.refused for peer in peers),
        "gave_up_early": sum(peer.gave_up_early for peer in peers),
        "sent": sum(peer.sent for peer in peers),
        "received": sum(peer.received for peer in peers),
    }


def main() -> int:
    """Returns 0 when the server took every connection to the end."""
    parser = options_of(__doc__)
    parser.add_argument("--to", default="127.0.0.1", metavar="HOST", help="the server")
    parser.add_argument("--to-port", type=at_least(1), default=8001, help="the server's port")
    add_address(parser)  # where a connection makes the truce
    parser.add_argument("--each", type=at_least(1), default=5, help="clients of each behaviour")
    parser.add_argument("--seconds", type=seconds, default=60, help="seconds of the attack without a truce")
    parser.add_argument("--timeout", type=seconds, default=30, help="seconds for the server to answer at the end")
    options = parser.parse_args()

    address = (socket.gethostbyname(options.to), options.to_port)
    attackers = [Attacker(behaviour, address) for behaviour in BEHAVIOURS for _ in range(options.each)]
    for attacker in attackers:
        attacker.step()
    with socket.create_server((options.host, options.port)) as truce:
        begun, port = time.monotonic(), truce.getsockname()[1]
        checkpoint("ready", platform=sys.platform, port=port, behaviours=len(BEHAVIOURS), clients=len(attackers))
        ended_by = attack(attackers, truce, begun + options.seconds)
        lasted = time.monotonic() - begun
        for attacker in attackers:
            attacker.peer.reset()
        facts = counted(attackers) | settle(address, options.timeout)
        # The client that made the truce sees its connection close only after the lab has looked.
        checkpoint("finished", by=ended_by, seconds=round(lasted, 4), **facts)
    return 0 if facts["settled"] and not facts["refused"] else 1


if __name__ == "__main__":
    sys.exit(main())
