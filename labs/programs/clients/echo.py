"""Many clients of an echo server, a thread each: all are connected before the first sends its bytes, and all send the
first half before any sends the second.

python -m labs.programs.clients.echo --to 127.0.0.1 --port 8001 --clients 100
"""

import socket
import sys
import threading

from labs.programs.arguments import at_least, options_of, seconds, size
from labs.programs.clients.connecting import add_server
from labs.programs.clients.echo_client import EchoClient, Patience
from labs.programs.events import checkpoint, emit

STACK = 256 * 1024
SHOWN_FAILURES = 5


def admit(
    address: tuple[str, int], clients: int, size: int, seconds: float
) -> tuple[list[EchoClient], list[EchoClient]]:
    """Those that are connected at the same time, and the one that was refused, if any."""
    threading.stack_size(STACK)
    patience = Patience(seconds)
    admitted: list[EchoClient] = []
    for number in range(1, clients + 1):
        client = EchoClient(address, number, size, patience)
        client.start()
        client.admitted.wait()
        if client.error:
            emit("refused", client=number, error=type(client.error).__name__, message=str(client.error))
            return admitted, [client]
        admitted.append(client)
    return admitted, []


def main() -> int:
    """Returns 0 when every client was served."""
    parser = options_of(__doc__)
    add_server(parser)
    parser.add_argument("--clients", type=at_least(1), default=100, help="how many clients connect")
    parser.add_argument("--size", type=size, default=64 * 1024, help="bytes that each sends, such as 64KiB")
    parser.add_argument("--patience", type=seconds, default=30, help="seconds without an answer to any client")
    options = parser.parse_args()

    address = (socket.gethostbyname(options.to), options.port)
    checkpoint("ready", platform=sys.platform, clients=options.clients)
    clients, refused = admit(address, options.clients, options.size, options.patience)
    checkpoint("connected", clients=len(clients), answered=bool(clients) and clients[0].is_answered())
    if len(clients) == options.clients:
        for client in clients:
            client.go.set()
        for client in clients:
            client.halfway.wait()
        checkpoint("halfway")
        for client in clients:
            client.rest.set()
        for client in clients:
            client.join()
    served = [client for client in clients if client.error is None and client.go.is_set()]
    failures = [f"client {one.number}: {one.error!r}" for one in clients if one.error][:SHOWN_FAILURES]
    early = sum(client.was_too_early() for client in [*clients, *refused])
    echoed = sum(one.echoed for one in served)
    checkpoint("finished", served=len(served), echoed=echoed, failures=failures, gave_up_early=early)
    return 0 if len(served) == options.clients else 1


if __name__ == "__main__":
    sys.exit(main())
