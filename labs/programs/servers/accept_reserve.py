"""Frees a spare descriptor when accept() has none left, accepts the client that waits, and closes it.

python -m labs.programs.servers.accept_reserve --port 8001
"""

import os
import socket

from labs.programs.servers.accepting import OUT_OF_DESCRIPTORS, Counts, serve


class Reserve:
    def __init__(self) -> None:
        self.descriptor = os.open(os.devnull, os.O_RDONLY)

    def accept(self, listener: socket.socket, counts: Counts) -> socket.socket | None:
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


def main() -> None:
    serve(Reserve().accept, __doc__)


if __name__ == "__main__":
    main()
