"""Mistake: goes on asking whether a client can be sent anything when there is nothing to send.

python -m labs.programs.servers.stream_write_interest --port 8001
"""

from collections.abc import Sequence

from labs.programs.servers import stream_right
from labs.programs.servers.stream_right import Client
from labs.programs.servers.streaming import READ, WRITE, prepare


class Server(stream_right.Server):
    """The loop with its mistake."""

    def wait(self, client: Client) -> None:
        """It can be, nearly always: the loop never waits again."""
        self.selector.modify(client.sock.fileno(), READ | WRITE, client)


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    Server(*prepare(__doc__, arguments)).run()


if __name__ == "__main__":
    main()
