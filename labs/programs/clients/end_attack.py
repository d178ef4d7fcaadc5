"""Makes the truce that ends the attack of clients.hostile, and waits until the attack is over.

python -m labs.programs.clients.end_attack --to 127.0.0.1 --port 8002
"""

import contextlib
import socket
import sys

from labs.programs.arguments import options_of, seconds
from labs.programs.clients.connecting import add_server
from labs.programs.events import checkpoint, emit


def main() -> None:
    parser = options_of(__doc__)
    add_server(parser, "the program clients.hostile")
    parser.add_argument("--timeout", type=seconds, default=60, help="seconds in which the attack must be over")
    options = parser.parse_args()

    checkpoint("ready", platform=sys.platform)
    # The end of the stream is the end of the attack; nothing is ever sent. If the attack ends at once, the connection
    # may be reset before this process knows that it is connected.
    with (
        contextlib.suppress(ConnectionResetError),
        socket.create_connection((options.to, options.port), options.timeout) as sock,
    ):
        sock.recv(1)
    emit("finished")


if __name__ == "__main__":
    main()
