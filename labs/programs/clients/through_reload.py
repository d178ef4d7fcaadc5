"""Connects many clients, has the server reload, and counts who is greeted and who is reset.

python -m labs.programs.clients.through_reload --clients 60
"""

import socket
import sys
from collections import Counter
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of
from labs.programs.clients.connecting import add_server, connect
from labs.programs.events import checkpoint, emit

PATIENCE = 30.0


def outcome(client: socket.socket) -> str:
    """Waits for the server's greeting; tells `greeted`, `reset`, or whatever else comes."""
    try:
        return "greeted" if client.recv(1) else "closed"
    except OSError as error:
        return "reset" if isinstance(error, ConnectionResetError) else type(error).__name__


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options_of(__doc__)
    add_server(parser)
    parser.add_argument("--clients", type=at_least(1), default=60, help="clients that are connected before the reload")
    options = parser.parse_args(arguments)
    emit("ready", platform=sys.platform)
    clients = [connect((options.to, options.port), PATIENCE) for _ in range(options.clients)]
    with connect((options.to, options.port + 1), PATIENCE) as control:
        control.sendall(b"r")
        outcomes = Counter(map(outcome, clients))
        control.recv(1)
    checkpoint("counted", outcomes=dict(outcomes))


if __name__ == "__main__":
    main()
