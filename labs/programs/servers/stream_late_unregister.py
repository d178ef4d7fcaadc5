"""Mistake: closes a socket before it unregisters it.

python -m labs.programs.servers.stream_late_unregister --port 8001
"""

from collections.abc import Sequence

from labs.programs.servers import stream_right
from labs.programs.servers.stream_right import Client
from labs.programs.servers.streaming import prepare


class Server(stream_right.Server):
    """The loop with its mistake."""

    def close(self, client: Client) -> None:
        """A closed socket's number is -1."""
        client.sock.close()
        self.selector.unregister(client.sock.fileno())


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    Server(*prepare(__doc__, arguments)).run()


if __name__ == "__main__":
    main()
