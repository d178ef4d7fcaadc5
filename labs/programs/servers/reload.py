"""Two listeners share a port; when a client asks for it, one closes, as in a reload, and the other accepts the rest.

python -m labs.programs.servers.reload --port 8001
"""

import socket
from collections.abc import Sequence

from labs.programs.arguments import add_address, options_of
from labs.programs.events import announce, checkpoint

ASK, GREETING = b"r", b"+"


def listen(address: tuple[str, int]) -> socket.socket:
    """A listener that shares its port: the kernel spreads new connections over all of them."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(address)
    listener.listen(4096)
    return listener


def accept_all(listener: socket.socket) -> list[socket.socket]:
    """The connections in the queue; each is greeted."""
    accepted = []
    listener.setblocking(False)
    try:
        while True:
            accepted.append(listener.accept()[0])
            accepted[-1].sendall(GREETING)
    except BlockingIOError:
        return accepted


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options_of(__doc__)
    add_address(parser)
    options = parser.parse_args(arguments)
    old, new = (listen((options.host, options.port)) for _ in range(2))
    with socket.create_server((options.host, options.port + 1)) as control:
        announce(new)
        with control.accept()[0] as asked:
            asked.recv(1)  # all clients are connected: their connections wait in the two queues
            old.close()
            accepted = accept_all(new)
            checkpoint("reloaded", accepted=len(accepted))
            asked.sendall(ASK)


if __name__ == "__main__":
    main()
