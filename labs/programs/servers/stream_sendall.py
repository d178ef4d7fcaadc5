"""Bug: calls sendall on a non-blocking socket.

python -m labs.programs.servers.stream_sendall --port 8001
"""

from labs.programs.servers import stream_correct
from labs.programs.servers.stream_client import Client
from labs.programs.servers.streaming import prepare


class Server(stream_correct.Server):
    def write(self, client: Client) -> bool:
        """It raises when the kernel has no room left, and does not say how much it had sent."""
        client.sock.sendall(client.unsent)
        client.unsent = memoryview(b"")
        return True


def main() -> None:
    Server(*prepare(__doc__)).run()


if __name__ == "__main__":
    main()
