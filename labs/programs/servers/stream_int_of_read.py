"""Mistake: takes all that one recv gives behind the word for the size.

python -m labs.programs.servers.stream_int_of_read --port 8001
"""

from collections.abc import Sequence

from labs.programs.framing import WORD
from labs.programs.servers import stream_right
from labs.programs.servers.streaming import prepare


class Client(stream_right.Client):
    """A client of this server."""

    def request(self) -> tuple[bytes, int] | None:
        """int() raises for letters behind the size; digits behind it make it another one."""
        if not self.came:
            return None
        data, self.came = self.came, b""
        return data[:WORD], int(data[WORD:])


class Server(stream_right.Server):
    """The loop, with such clients."""

    client = Client


def main(arguments: Sequence[str] | None = None) -> None:
    """Listens, says so, and serves."""
    Server(*prepare(__doc__, arguments)).run()


if __name__ == "__main__":
    main()
