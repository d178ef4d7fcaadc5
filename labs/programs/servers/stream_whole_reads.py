"""Bug: treats what one recv returns as one request, and closes the connection if it is none.

python -m labs.programs.servers.stream_whole_reads --port 8001
"""

from labs.programs.framing import HEADER, WORD
from labs.programs.servers import stream_client, stream_correct
from labs.programs.servers.streaming import prepare


class Client(stream_client.Client):
    def request(self) -> tuple[bytes, int] | None:
        """A part of a request is none, nor is a request with further bytes after it."""
        if not self.came:
            return None
        data, self.came = self.came, b""
        if len(data) != HEADER:
            raise ConnectionAbortedError("that is no request")
        return data[:WORD], int(data[WORD:])


class Server(stream_correct.Server):
    client = Client


def main() -> None:
    Server(*prepare(__doc__)).run()


if __name__ == "__main__":
    main()
