"""Mistake: closes a socket that stays registered.

python -m labs.programs.servers.stream_no_unregister --port 8001
"""

from collections.abc import Sequence

from labs.programs.servers import stream_right
from labs.programs.servers.stream_right import Client
from labs.programs.servers.streaming import prepare


class Server(stream_right.Server):
    """The loop with its mistake."""

    def close(self, client: Client) -> None:
        """The next client gets the number, which the selector believes to have already."""
        client.sock.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    Server(*prepare(__doc__, arguments)).run()


if __name__ == "__main__":
    main()
