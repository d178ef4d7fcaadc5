"""Gives up a reserve descriptor when accept has none left, and so takes the client that waits and sends it away.

python -m labs.programs.servers.accept_reserve --port 8001
"""

import os
import socket
from collections.abc import Sequence

from labs.programs.servers.accepting import OUT_OF_DESCRIPTORS, Counts, serve


class Reserve:
    """A descriptor of nothing, held for the moment in which there is no other."""

    def __init__(self) -> None:
        """Takes it."""
        self.descriptor = os.open(os.devnull, os.O_RDONLY)

    def accept(self, listener: socket.socket, counts: Counts) -> socket.socket | None:
        """The next client, if there is a descriptor for it; else it is told so by the end of its connection."""
        try:
            return listener.accept()[0]
        except OSError as error:
            if error.errno != OUT_OF_DESCRIPTORS:
                raise
            counts.failed += 1
            os.close(self.descriptor)
            listener.accept()[0].close()
            self.descriptor = os.open(os.devnull, os.O_RDONLY)
            counts.shed += 1
            return None


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves until it is ended."""
    serve(Reserve().accept, __doc__, arguments)


if __name__ == "__main__":
    main()
