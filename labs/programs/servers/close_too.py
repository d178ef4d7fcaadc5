"""Answers each client with its own bytes; when the client has closed, it closes its side too.

python -m labs.programs.servers.close_too --port 8001
"""

import selectors
import socket

from labs.programs.servers.echoing import announce, listen


def serve(listener: socket.socket, selector: selectors.BaseSelector) -> None:
    """Serves until something is raised: accept without descriptors is meant to be seen."""
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                selector.register(listener.accept()[0], selectors.EVENT_READ)
                continue
            client = key.fileobj
            assert isinstance(client, socket.socket)
            if data := client.recv(4096):
                client.sendall(data)
            else:  # the client has closed
                selector.unregister(client)
                client.close()


def main() -> None:
    with listen(__doc__) as listener, selectors.DefaultSelector() as selector:
        announce(listener)
        serve(listener, selector)


if __name__ == "__main__":
    main()
