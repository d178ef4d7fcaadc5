"""An echo server with poll: its array can hold any descriptor, but goes to the kernel as a whole at each call."""

import select
import socket

from labs.programs.servers.echoing import Client, announce, listen


def serve(listener: socket.socket) -> None:
    """Serves forever. A Client's step() does what is possible without blocking, and returns False if it has left."""
    clients: dict[int, Client] = {}
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == listener.fileno():
                client = Client(listener)
                clients[client.sock.fileno()] = client
                # TODO 1: register the client's socket.
            # TODO 2: a client is ready. Call its step(). Then modify its events: POLLOUT while it has unsent bytes,
            # otherwise POLLIN. If the client has left, unregister the descriptor and close the socket.


def main() -> None:
    listener = listen(__doc__)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
