"""Treats TCP as what it is, a stream of bytes: each other stream_*.py is this server with one bug.

python -m labs.programs.servers.stream_correct --port 8001
"""

import selectors
import socket

from labs.programs.servers.stream_client import Client
from labs.programs.servers.streaming import CHUNK, READ, WRITE, prepare


class Server:
    """The loop; it registers descriptors by their numbers. `body` is what there is to get."""

    client = Client

    def __init__(self, selector: selectors.BaseSelector, listener: socket.socket, body: memoryview) -> None:
        self.selector, self.listener, self.body = selector, listener, body
        selector.register(listener.fileno(), READ)

    def run(self) -> None:
        while True:
            for key, _ in self.selector.select():
                if key.data is None:
                    self.accept()
                else:
                    self.serve(key.data)

    def accept(self) -> None:
        sock, _ = self.listener.accept()
        sock.setblocking(False)
        self.selector.register(sock.fileno(), READ, self.client(sock, self.body))

    def serve(self, client: Client) -> None:
        """Reads only when all is sent: a client that does not read its answers is not read either."""
        try:
            if not client.unsent and not self.read(client):
                return self.close(client)
            while client.unsent or client.has_answer():
                if not self.write(client):
                    break
        except ConnectionError:
            return self.close(client)
        return self.wait(client)

    def read(self, client: Client) -> bool:
        """Receives a part of a request, or several; returns whether more may come."""
        try:
            data = client.sock.recv(CHUNK)
        except BlockingIOError:
            return True
        client.came += data
        return bool(data)

    def write(self, client: Client) -> bool:
        """Sends what the kernel takes and keeps the rest; returns whether all is sent."""
        try:
            client.unsent = client.unsent[client.sock.send(client.unsent) :]
        except BlockingIOError:
            return False
        return not client.unsent

    def wait(self, client: Client) -> None:
        """Waits for WRITE only with bytes to send: a socket is nearly always writable."""
        self.selector.modify(client.sock.fileno(), WRITE if client.unsent else READ, client)

    def close(self, client: Client) -> None:
        """Unregisters first: a closed socket has no number, and the next client may get its old one."""
        self.selector.unregister(client.sock.fileno())
        client.sock.close()


def main() -> None:
    Server(*prepare(__doc__)).run()


if __name__ == "__main__":
    main()
