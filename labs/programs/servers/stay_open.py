"""Answers each client with its own bytes; when the client has closed, it forgets the socket and does not close it.

python -m labs.programs.servers.stay_open --port 8001
"""

import selectors
import socket

from labs.programs.servers.echoing import announce, listen

forgotten: list[socket.socket] = []


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
            else:  # the client has closed: the kernel holds the socket in CLOSE_WAIT until this side closes too
                selector.unregister(client)
                forgotten.append(client)


def main() -> None:
    with listen(__doc__) as listener, selectors.DefaultSelector() as selector:
        announce(listener)
        serve(listener, selector)


if __name__ == "__main__":
    main()
