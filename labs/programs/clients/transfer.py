"""Many clients that download and upload at the same time, each a thread of its own or all in one epoll loop.

python -m labs.programs.clients.transfer --to 127.0.0.1 --port 8001 --clients 500
"""

import socket
import sys

from labs.programs.arguments import at_least, options_of, seconds, size
from labs.programs.clients.connecting import add_server
from labs.programs.clients.transfer_client import expected
from labs.programs.clients.transfer_epoll import with_epoll
from labs.programs.clients.transfer_tally import report
from labs.programs.clients.transfer_threads import ragged, with_threads
from labs.programs.events import checkpoint

MODELS = {"threads": with_threads, "epoll": with_epoll, "ragged": ragged}


def main() -> int:
    """Returns 0 when every client was served."""
    parser = options_of(__doc__)
    add_server(parser)
    parser.add_argument("--clients", type=at_least(1), default=500, help="how many clients connect")
    parser.add_argument("--size", type=size, default=64 * 1024, help="bytes to download and to upload, such as 64KiB")
    parser.add_argument("--seed", type=int, default=1, help="the server's seed; client k uploads what seed + k gives")
    parser.add_argument(
        "--model",
        choices=MODELS,
        default="threads",
        help="a thread for each client, one epoll loop, or threads whose requests come in parts and several at once",
    )
    parser.add_argument(
        "--timeout", type=seconds, default=30, help="seconds that one operation may take without progress"
    )
    options = parser.parse_args()

    # Once, and first: looking up the name of a server that died takes ten seconds.
    address = (socket.gethostbyname(options.to), options.port)
    # Before anything is timed, and once: hundreds of threads would each compute it.
    expected(options.seed, options.size)
    checkpoint("ready", platform=sys.platform, clients=options.clients)
    admitted, tally = MODELS[options.model](address, options.clients, options.size, options.seed, options.timeout)
    report(admitted, tally)
    return 0 if tally.served == options.clients else 1


if __name__ == "__main__":
    sys.exit(main())
