"""Leaves the client waiting when accept has no descriptor left: the loop is woken for it again at once, for ever.

python -m labs.programs.servers.accept_naive --port 8001
"""

import socket
from collections.abc import Sequence

from labs.programs.servers.accepting import OUT_OF_DESCRIPTORS, Counts, serve


def accept(listener: socket.socket, counts: Counts) -> socket.socket | None:
    """The next client, if there is a descriptor for it."""
    try:
        return listener.accept()[0]
    except OSError as error:
        if error.errno != OUT_OF_DESCRIPTORS:
            raise
        counts.failed += 1
        return None


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves until it is ended."""
    serve(accept, __doc__, arguments)


if __name__ == "__main__":
    main()
