"""Ends the attack of clients.hostile, and waits until it is over.

python -m labs.programs.clients.truce --to 127.0.0.1 --port 8002
"""

import contextlib
import socket
import sys
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.events import checkpoint, emit


def main(arguments: Sequence[str] | None = None) -> None:
    """Raises OSError when nobody attacks there, or goes on attacking."""
    parser = options_of(__doc__)
    parser.add_argument("--to", default="127.0.0.1", metavar="HOST", help="where clients.hostile runs")
    parser.add_argument("--port", type=at_least(1), default=8001, help="the port on which it awaits a truce")
    parser.add_argument("--timeout", type=seconds, default=60, help="seconds in which the attack must be over")
    options = parser.parse_args(arguments)

    checkpoint("ready", platform=sys.platform)
    # The end of the stream is the end of the attack; nothing is ever sent. An attack that is over at once may end the
    # connection before this process has heard that there is one.
    with (
        contextlib.suppress(ConnectionResetError),
        socket.create_connection((options.to, options.port), options.timeout) as sock,
    ):
        sock.recv(1)
    emit("finished")


if __name__ == "__main__":
    main()
