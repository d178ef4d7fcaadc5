"""A server that runs out of descriptors: it closes clients for which it has no room, and then sleeps again.

The loop uses epoll. It calls `accept` once each time that the listener is ready: as long as a client is in its queue.
"""

import errno
import os
import socket

from labs.programs.servers.accepting import Counts, serve


class Acceptor:
    def __init__(self) -> None:
        self.reserve = os.open(os.devnull, os.O_RDONLY)

    def accept(self, listener: socket.socket, counts: Counts) -> socket.socket | None:
        """Returns the next client, which the loop then serves, or None if there was no room for it."""
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
        """Accepts the next client with the reserve's descriptor, and closes it."""
        os.close(self.reserve)
        try:
            client, _ = listener.accept()
            client.close()
        finally:  # also if the client has left meanwhile
            self.reserve = os.open(os.devnull, os.O_RDONLY)


def main() -> None:
    serve(Acceptor().accept, __doc__)


if __name__ == "__main__":
    main()
