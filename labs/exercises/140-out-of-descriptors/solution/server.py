"""A server that runs out of descriptors: whoever has no room is sent away, and costs nothing from then on.

The loop, with epoll, calls `accept` once each time that its listener is ready: as long as anybody waits in its queue.
"""

import errno
import os
import socket

from labs.programs.servers.accepting import Counts, serve


class Acceptor:
    """Accepts clients, also when there is no descriptor left."""

    def __init__(self) -> None:
        self.reserve = os.open(os.devnull, os.O_RDONLY)

    def accept(self, listener: socket.socket, counts: Counts) -> socket.socket | None:
        """The next client, whom the loop serves from then on; None when there was no room for it."""
        try:
            client, _ = listener.accept()
        except OSError as error:
            counts.failed += 1
            if error.errno != errno.EMFILE:
                raise
            self.shed(listener)
            counts.shed += 1
            return None
        return client

    def shed(self, listener: socket.socket) -> None:
        """Sends the next client away."""
        os.close(self.reserve)
        client, _ = listener.accept()
        client.close()
        self.reserve = os.open(os.devnull, os.O_RDONLY)


def main() -> None:
    """Serves until it is ended."""
    serve(Acceptor().accept, __doc__, None)


if __name__ == "__main__":
    main()
