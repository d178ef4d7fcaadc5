"""The client keeps waiting when accept() has no descriptor left: it wakes the loop again at once, for ever.

python -m labs.programs.servers.accept_naive --port 8001
"""

import socket

from labs.programs.servers.accepting import OUT_OF_DESCRIPTORS, Counts, serve


def accept(listener: socket.socket, counts: Counts) -> socket.socket | None:
    try:
        return listener.accept()[0]
    except OSError as error:
        if error.errno != OUT_OF_DESCRIPTORS:
            raise
        counts.failed += 1
        return None


def main() -> None:
    serve(accept, __doc__)


if __name__ == "__main__":
    main()
