"""An echo server with poll: any descriptor can be in its list, which is handed over at each call all the same."""

import select
import socket

from labs.programs.servers.echoing import Client, announce, listen


def serve(listener: socket.socket) -> None:
    """Serves for ever. A Client's step() reads or writes what is possible now, and tells whether it is still there."""
    clients: dict[int, Client] = {}
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == listener.fileno():
                client = Client(listener)
                clients[client.sock.fileno()] = client
                # TODO 1: register the client's socket too.
            # TODO 2: a client is ready: let it step; then modify what is waited for (POLLOUT while something is unsent,
            # else POLLIN), or of one that has gone unregister the descriptor, and close the socket.


def main() -> None:
    """Listens, says so, and serves."""
    listener = listen(__doc__, None)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
