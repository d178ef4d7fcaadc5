"""Bug: closes a socket before it unregisters it.

python -m labs.programs.servers.stream_late_unregister --port 8001
"""

from labs.programs.servers import stream_correct
from labs.programs.servers.stream_client import Client
from labs.programs.servers.streaming import prepare


class Server(stream_correct.Server):
    def close(self, client: Client) -> None:
        """A closed socket's number is -1."""
        client.sock.close()
        self.selector.unregister(client.sock.fileno())


def main() -> None:
    Server(*prepare(__doc__)).run()


if __name__ == "__main__":
    main()
