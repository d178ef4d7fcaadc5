"""A server that leaves its clients in the kernel's queue, for some seconds or for ever, before it accepts them.

python -m labs.programs.servers.accept_late --port 8001 --backlog 4 --after 0.4
"""

import select
import socket
import time
from collections.abc import Sequence

from labs.programs.arguments import add_address, at_least, options_of, seconds
from labs.programs.events import announce, emit


def accept_all(listener: socket.socket, held: list[socket.socket]) -> None:
    """Accepts each client as it comes, and keeps it."""
    while True:
        held.append(listener.accept()[0])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options_of(__doc__)
    add_address(parser)
    parser.add_argument("--backlog", type=at_least(0), default=4, help="the argument of listen()")
    parser.add_argument("--after", type=seconds, help="seconds after the first client; without it, it never accepts")
    options = parser.parse_args(arguments)
    with socket.create_server((options.host, options.port), backlog=options.backlog) as listener:
        announce(listener)
        select.select([listener], [], [])  # returns when a first client is in the queue
        begun = time.monotonic()
        time.sleep(3600 if options.after is None else options.after)
        emit("accepting", after=round(time.monotonic() - begun, 4))
        accept_all(listener, [])


if __name__ == "__main__":
    main()
