"""A server that runs out of descriptors: whoever has no room is sent away, and costs nothing from then on.

The loop, with epoll, calls `accept` once each time that its listener is ready: as long as anybody waits in its queue.
"""

import socket

from labs.programs.servers.accepting import Counts, serve


class Acceptor:
    """Accepts clients, also when there is no descriptor left."""

    def __init__(self) -> None:
        # TODO 2: hold a descriptor in reserve, of nothing in particular.
        pass

    def accept(self, listener: socket.socket, counts: Counts) -> socket.socket | None:
        """The next client, whom the loop serves from then on; None when there was no room for it."""
        try:
            client, _ = listener.accept()
        except OSError:
            counts.failed += 1
            # TODO 1: if the error's errno is errno.EMFILE, there was no free descriptor. Then live on, and return None.
            # TODO 3: whoever had no room waits in the queue and wakes the loop again, without end: shed that client.
            raise
        return client

    def shed(self, listener: socket.socket) -> None:
        """Sends the next client away."""


def main() -> None:
    """Serves until it is ended."""
    serve(Acceptor().accept, __doc__, None)


if __name__ == "__main__":
    main()
