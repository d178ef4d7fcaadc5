"""Clients that never read and clients that send nothing, beside honest ones, of an echo server with limits.

python -m labs.programs.clients.slow --port 8001 --honest 8 --greedy 3 --silent 4 --bound 64KiB --idle 1.5
"""

import socket
import sys
import time
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of, seconds, size
from labs.programs.clients.connecting import add_server
from labs.programs.clients.slow_peers import Greedy, Honest, Silent
from labs.programs.events import checkpoint

AT_LEAST = 2.5  # times `idle`: so long the honest clients stay, whatever happens to the others
PATIENCE = 3.0, 4.0  # times `idle`, and seconds: so long the server may take to close the others
PAUSE = 0.02


def attack(hostile: Sequence[Greedy | Silent], least: float, most: float) -> None:
    """Sends what greedy clients can send, and looks which clients are closed, until all are, or `most` seconds."""
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < most:
        open_ones = [one for one in hostile if one.closed is None]
        if not open_ones and passed >= least:
            return
        for one in open_ones:
            one.step()
        time.sleep(PAUSE)


def main() -> int:
    """Returns 0 when every honest client was served."""
    parser = options_of(__doc__)
    add_server(parser)
    parser.add_argument("--honest", type=at_least(1), default=8, help="clients that send and read")
    parser.add_argument("--greedy", type=at_least(1), default=3, help="clients that send and never read")
    parser.add_argument("--silent", type=at_least(1), default=4, help="clients that send nothing, or nothing more")
    parser.add_argument("--bound", type=size, default=64 * 1024, help="the server's bound, such as 64KiB")
    parser.add_argument("--idle", type=seconds, default=1.5, help="the server's timeout")
    options = parser.parse_args()

    address, most = (socket.gethostbyname(options.to), options.port), PATIENCE[0] * options.idle + PATIENCE[1]
    checkpoint("ready", platform=sys.platform)
    messages = b"", b"?" * (options.bound // 2)
    silent = [Silent(address, most, messages[number % 2]) for number in range(options.silent)]
    greedy = [Greedy(address, most) for _ in range(options.greedy)]
    honest = [Honest(address, most, number, options.bound // 2, options.idle / 8) for number in range(options.honest)]
    for one in honest:
        one.start()
    hostile: list[Greedy | Silent] = [*silent, *greedy]
    attack(hostile, AT_LEAST * options.idle, most)
    checkpoint("attacked", honest=sum(one.is_alive() for one in honest))
    for one in honest:
        one.finish()
    closed = [one for one in hostile if one.closed is not None]
    kept, greedy_kept = (
        [one.closed - one.begun for one in some if one.closed is not None] for some in (silent, greedy)
    )
    served = sum(one.error is None for one in honest)
    checkpoint(
        "finished",
        served=served,
        failures=[repr(one.error) for one in honest if one.error][:3],
        closed=len(closed),
        kept=round(min(kept), 4) if kept else None,
        greedy_kept=round(min(greedy_kept), 4) if greedy_kept else None,
        taken=max(one.taken for one in greedy),
        late=round(max(one.late for one in honest), 4),
    )
    return 0 if served == options.honest else 1


if __name__ == "__main__":
    sys.exit(main())
