"""Mistake: calls sendall on a socket that does not block.

python -m labs.programs.servers.stream_sendall --port 8001
"""

from collections.abc import Sequence

from labs.programs.servers import stream_right
from labs.programs.servers.stream_right import Client
from labs.programs.servers.streaming import prepare


class Server(stream_right.Server):
    """The loop with its mistake."""

    def write(self, client: Client) -> bool:
        """It raises as soon as the kernel has no room left, and nobody can know how much it had sent."""
        client.sock.sendall(client.unsent)
        client.unsent = memoryview(b"")
        return True


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    Server(*prepare(__doc__, arguments)).run()


if __name__ == "__main__":
    main()
