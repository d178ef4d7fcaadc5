"""An echo server of one thread: an event loop tells who can be read from or written to."""

import selectors
import socket

from labs.programs.servers.echoing import Client, announce, listen

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


def serve(listener: socket.socket, selector: selectors.BaseSelector) -> None:
    """Serves for ever. A Client's step() reads or writes what is possible now, and tells whether it is still there."""
    selector.register(listener, READ)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                client = Client(listener)
                selector.register(client.sock, READ, client)
            # TODO 3: a client is ready. Let it step; then wait until it can be written to if it has something unsent,
            # else until it can be read from; and of one that has gone unregister the socket, and close it.


def main() -> None:
    """Listens, says so, and serves."""
    listener = listen(__doc__, None)
    with selectors.DefaultSelector() as selector:
        announce(listener)
        serve(listener, selector)


if __name__ == "__main__":
    main()
