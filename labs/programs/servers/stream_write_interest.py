"""Bug: waits for a client to be writable when there is nothing to send.

python -m labs.programs.servers.stream_write_interest --port 8001
"""

from labs.programs.servers import stream_correct
from labs.programs.servers.stream_client import Client
from labs.programs.servers.streaming import READ, WRITE, prepare


class Server(stream_correct.Server):
    def wait(self, client: Client) -> None:
        """A socket is nearly always writable: the loop never sleeps again."""
        self.selector.modify(client.sock.fileno(), READ | WRITE, client)


def main() -> None:
    Server(*prepare(__doc__)).run()


if __name__ == "__main__":
    main()
