"""Echoes to many clients in one thread: selectors chooses the best mechanism of this system.

python -m labs.programs.servers.echo_selectors --port 8001
"""

import selectors
import socket

from labs.programs.servers.echoing import Client, announce, listen

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


def serve(listener: socket.socket, selector: selectors.BaseSelector) -> None:
    """Serves until something is raised: accept without descriptors is meant to be seen."""
    selector.register(listener, READ)
    while True:
        for key, event in selector.select():
            client: Client | None = key.data
            if client is None:
                client = Client(listener)
                selector.register(client.sock, READ, client)
            elif client.step():
                wanted = WRITE if client.unsent else READ
                if not event & wanted:
                    selector.modify(client.sock, wanted, client)
            else:
                selector.unregister(client.sock)
                client.sock.close()


def main() -> None:
    listener = listen(__doc__)
    with selectors.DefaultSelector() as selector:
        announce(listener)
        serve(listener, selector)


if __name__ == "__main__":
    main()
