"""A server that closes a connection first if the client asks for it by a byte, and else after the client.

python -m labs.programs.servers.close_on_request --port 8001
"""

import selectors
import socket
from collections.abc import Sequence

from labs.programs.arguments import add_address, options_of
from labs.programs.events import announce


def serve(listener: socket.socket, selector: selectors.BaseSelector) -> None:
    """The side that closes first keeps the connection in TIME_WAIT: this one if a byte came, else the client."""
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                client, _ = listener.accept()
                selector.register(client, selectors.EVENT_READ)
                client.send(b"a")  # accepted
                continue
            done = key.fileobj
            assert isinstance(done, socket.socket)
            done.recv(1)  # a byte, or the end: either way, this connection is over
            selector.unregister(done)
            done.close()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options_of(__doc__)
    add_address(parser)
    options = parser.parse_args(arguments)
    listener = socket.create_server((options.host, options.port), backlog=1024)
    with listener, selectors.DefaultSelector() as selector:
        announce(listener)
        serve(listener, selector)


if __name__ == "__main__":
    main()
