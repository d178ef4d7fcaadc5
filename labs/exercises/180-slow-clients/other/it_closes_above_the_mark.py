"""An echo server that bounds what each client costs: the bytes that it has not taken, and the time without bytes."""

import selectors
import socket
import time
from collections.abc import Iterable

from labs.programs.servers.limiting import Client, announce, listen, parse

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


def wanted(client: Client) -> int:
    return (0 if client.ended else READ) | (WRITE if client.unsent else 0)


def patience(clients: Iterable[Client], idle: float) -> float | None:
    """Seconds until the first client has been idle for too long; None if there is no client."""
    first = min((client.active for client in clients), default=None)
    return None if first is None else max(0.0, first + idle - time.monotonic())


def step(client: Client, event: int) -> bool:
    """Reads and writes what is possible without blocking; returns whether the client is still there."""
    try:
        if event & READ:
            client.read()
        if client.unsent:
            client.write()
    except BlockingIOError:
        pass
    except OSError:
        return False
    return bool(client.unsent) or not client.ended


def serve(listener: socket.socket, bound: int, idle: float) -> None:
    clients: dict[int, Client] = {}
    selector = selectors.DefaultSelector()
    selector.register(listener, READ)

    def close(client: Client) -> None:
        selector.unregister(client.sock)
        del clients[client.sock.fileno()]
        client.sock.close()

    announce(listener)
    while True:
        for key, event in selector.select(patience(clients.values(), idle)):
            if key.data is None:
                client = Client(listener)
                clients[client.sock.fileno()] = client
                selector.register(client.sock, READ, client)
            elif not step(key.data, event) or len(key.data.unsent) > bound:
                close(key.data)
            elif key.events != wanted(key.data):
                selector.modify(key.data.sock, wanted(key.data), key.data)
        for client in [one for one in clients.values() if time.monotonic() - one.active >= idle]:
            close(client)


def main() -> None:
    options = parse(__doc__)
    serve(listen(options), options.bound, options.idle)


if __name__ == "__main__":
    main()
