"""Echoes to many clients, each in a thread of its own, which only waits for it.

python -m labs.programs.servers.echo_threads --port 8001
"""

import socket
import threading

from labs.programs.servers.echoing import announce, echo, listen


def serve(listener: socket.socket) -> None:
    """Serves until something is raised: no descriptor or no thread left is meant to be seen."""
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=echo, args=(sock,), daemon=True).start()


def main() -> None:
    listener = listen(__doc__)
    announce(listener)
    serve(listener)


if __name__ == "__main__":
    main()
