"""Bug: treats all bytes that one recv returns after the word as the size.

python -m labs.programs.servers.stream_int_of_read --port 8001
"""

from labs.programs.framing import WORD
from labs.programs.servers import stream_client, stream_correct
from labs.programs.servers.streaming import prepare


class Client(stream_client.Client):
    def request(self) -> tuple[bytes, int] | None:
        """int() raises for letters after the size; digits after it make another number of it."""
        if not self.came:
            return None
        data, self.came = self.came, b""
        return data[:WORD], int(data[WORD:])


class Server(stream_correct.Server):
    client = Client


def main() -> None:
    Server(*prepare(__doc__)).run()


if __name__ == "__main__":
    main()
