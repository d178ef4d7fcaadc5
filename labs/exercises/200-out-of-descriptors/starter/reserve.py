"""A server that runs out of descriptors: it closes clients for which it has no room, and then sleeps again.

The loop uses epoll. It calls `accept` once each time that the listener is ready: as long as a client is in its queue.
"""

import socket

from labs.programs.servers.accepting import Counts, serve


class Acceptor:
    def __init__(self) -> None:
        # TODO 2: open a descriptor as a reserve; any file will do.
        pass

    def accept(self, listener: socket.socket, counts: Counts) -> socket.socket | None:
        """Returns the next client, which the loop then serves, or None if there was no room for it."""
        try:
            client, _ = listener.accept()
        except OSError:
            counts.failed += 1
            # TODO 1: if the error's errno is errno.EMFILE, no descriptor was free. Then do not raise; return None.
            # TODO 3: the client without room stays in the queue, and wakes the loop again and again. Close it (shed).
            raise
        return client

    def shed(self, listener: socket.socket) -> None:
        """Accepts the next client with the reserve's descriptor, and closes it."""


def main() -> None:
    serve(Acceptor().accept, __doc__)


if __name__ == "__main__":
    main()
