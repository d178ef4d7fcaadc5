"""Bug: calls send once for an answer and ignores how many bytes it took.

python -m labs.programs.servers.stream_one_send --port 8001
"""

from labs.programs.servers import stream_correct
from labs.programs.servers.stream_client import Client
from labs.programs.servers.streaming import prepare


class Server(stream_correct.Server):
    def write(self, client: Client) -> bool:
        """Bytes that the kernel has no room for are lost."""
        client.sock.send(client.unsent)
        client.unsent = memoryview(b"")
        return True


def main() -> None:
    Server(*prepare(__doc__)).run()


if __name__ == "__main__":
    main()
