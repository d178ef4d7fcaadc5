"""Bug: treats the empty read, which is the end of the stream, as any other read.

python -m labs.programs.servers.stream_empty_read --port 8001
"""

from labs.programs.servers import stream_correct
from labs.programs.servers.stream_client import Client
from labs.programs.servers.streaming import CHUNK, prepare


class Server(stream_correct.Server):
    def read(self, client: Client) -> bool:
        """At its end a stream is always ready to read, and the loop never sleeps again."""
        client.came += client.sock.recv(CHUNK)
        return True


def main() -> None:
    Server(*prepare(__doc__)).run()


if __name__ == "__main__":
    main()
