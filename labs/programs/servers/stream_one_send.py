"""Mistake: calls send once for an answer, and does not look how much it took.

python -m labs.programs.servers.stream_one_send --port 8001
"""

from collections.abc import Sequence

from labs.programs.servers import stream_right
from labs.programs.servers.stream_right import Client
from labs.programs.servers.streaming import prepare


class Server(stream_right.Server):
    """The loop with its mistake."""

    def write(self, client: Client) -> bool:
        """What the kernel has no room for is lost."""
        client.sock.send(client.unsent)
        client.unsent = memoryview(b"")
        return True


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    Server(*prepare(__doc__, arguments)).run()


if __name__ == "__main__":
    main()
