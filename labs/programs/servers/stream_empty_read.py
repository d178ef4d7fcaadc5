"""Mistake: takes the empty read, which is the end of the stream, for a read like others.

python -m labs.programs.servers.stream_empty_read --port 8001
"""

from collections.abc import Sequence

from labs.programs.servers import stream_right
from labs.programs.servers.stream_right import Client
from labs.programs.servers.streaming import CHUNK, prepare


class Server(stream_right.Server):
    """The loop with its mistake."""

    def read(self, client: Client) -> bool:
        """At its end a stream is ready for reading for ever, and the loop never waits again."""
        client.came += client.sock.recv(CHUNK)
        return True


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    Server(*prepare(__doc__, arguments)).run()


if __name__ == "__main__":
    main()
