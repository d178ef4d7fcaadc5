"""A client that does what TCP allows, to a server with the tutorial's mistakes and to a correct one.

python -m labs.programs.clients.tutorial_bugs --wrong 127.0.0.1 --wrong-port 8001 --right 127.0.0.1 --right-port 8002
"""

import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.clients.beat import Beat
from labs.programs.clients.tutorial_cases import TOGETHER, half_close, reset
from labs.programs.clients.tutorial_peer import PATIENCE, Server
from labs.programs.events import checkpoint, emit


def try_all(servers: dict[str, Server], cases: Sequence[Callable[[Server], str]]) -> bool:
    """Tries every case on every server, all at the same time; returns whether all were served."""
    outcomes: list[str] = []

    def one(name: str, case: Callable[[Server], str]) -> None:
        outcome = case(servers[name])
        outcomes.append(outcome)
        emit("tried", server=name, habit=case.__name__.replace("_", " "), outcome=outcome)

    threads = [threading.Thread(target=one, args=(name, case)) for name in servers for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return set(outcomes) == {"served"}


def main() -> int:
    """Returns 0 when both servers served all. A case that may end a server comes last."""
    parser = options_of(__doc__)
    for name in ("wrong", "right"):
        parser.add_argument(f"--{name}", default="127.0.0.1", metavar="HOST", help=f"the server that is {name}")
        parser.add_argument(f"--{name}-port", type=at_least(1), default=8001, help="its port")
    parser.add_argument("--piece", type=at_least(1), default=1, help="bytes of each segment of a request")
    parser.add_argument("--idle", type=seconds, default=1.0, help="seconds without a request")
    options = parser.parse_args()

    servers = {
        "wrong": Server(
            (socket.gethostbyname(options.wrong), options.wrong_port), b"", PATIENCE, options.piece, PATIENCE
        ),
        "right": Server((socket.gethostbyname(options.right), options.right_port), b"\n", PATIENCE, options.piece),
    }
    checkpoint("ready", platform=sys.platform)
    beat = Beat()
    beat.start()
    good = [try_all(servers, TOGETHER), try_all(servers, (half_close,))]
    checkpoint("idle")
    time.sleep(options.idle)
    checkpoint("awake")
    good.append(try_all(servers, (reset,)))
    for server in servers.values():
        for sock in server.held:
            sock.close()
    emit("finished", late=beat.end())
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
