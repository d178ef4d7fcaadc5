"""Mistake: takes what one recv gives for one request, and closes what matches none.

python -m labs.programs.servers.stream_whole_reads --port 8001
"""

from collections.abc import Sequence

from labs.programs.framing import HEADER, WORD
from labs.programs.servers import stream_right
from labs.programs.servers.streaming import prepare


class Client(stream_right.Client):
    """A client of this server."""

    def request(self) -> tuple[bytes, int] | None:
        """A part of a request matches nothing, nor does a request with something behind it."""
        if not self.came:
            return None
        data, self.came = self.came, b""
        if len(data) != HEADER:
            raise ConnectionAbortedError("that is no request")
        return data[:WORD], int(data[WORD:])


class Server(stream_right.Server):
    """The loop, with such clients."""

    client = Client


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    Server(*prepare(__doc__, arguments)).run()


if __name__ == "__main__":
    main()
