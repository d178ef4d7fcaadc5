"""Bug: closes a socket and leaves it registered.

python -m labs.programs.servers.stream_no_unregister --port 8001
"""

from labs.programs.servers import stream_correct
from labs.programs.servers.stream_client import Client
from labs.programs.servers.streaming import prepare


class Server(stream_correct.Server):
    def close(self, client: Client) -> None:
        """The next client gets the number, which the selector has already."""
        client.sock.close()


def main() -> None:
    Server(*prepare(__doc__)).run()


if __name__ == "__main__":
    main()
