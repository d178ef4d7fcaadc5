"""Many clients of an echo server, a thread each: all are connected at the same time before the first sends its bytes.

python -m labs.programs.clients.echo --to 127.0.0.1 --port 8001 --clients 100
"""

import random
import socket
import sys
import threading
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of, seconds, size
from labs.programs.events import checkpoint, emit

STACK = 256 * 1024
PIECE = 4 * 1024
SHOWN_FAILURES = 5


class EchoClient(threading.Thread):
    """One client: is admitted, waits for the others, sends its bytes and gets them back, and ends."""

    def __init__(self, address: tuple[str, int], number: int, size: int, patience: float) -> None:
        """`patience` is how many seconds the server may take to answer anything."""
        super().__init__(daemon=True)
        self.address, self.number, self.size, self.patience = address, number, size, patience
        self.admitted, self.go = threading.Event(), threading.Event()
        self.error: Exception | None = None
        self.echoed = 0

    def run(self) -> None:
        """The client's life; its first failure ends it."""
        try:
            with socket.create_connection(self.address, self.patience) as self.sock:
                # The kernel completes connections that no program has taken; only an answer proves that one did.
                self.send(b"client %d" % self.number)
                self.admitted.set()
                self.go.wait()
                self.send_all()
        except TimeoutError:
            self.error = TimeoutError("timed out")
        except ConnectionError:
            # The end of the stream or a reset: it depends on which came first, the server's end or our bytes.
            self.error = ConnectionError("the server closed the connection")
        except (OSError, ValueError) as error:
            self.error = error
        finally:
            self.admitted.set()

    def is_answered(self) -> bool:
        """Whether it is still served while it waits for the others, one of whom may have been refused."""
        try:
            self.send(b"still")
        except OSError:
            return False
        return True

    def send_all(self) -> None:
        """Sends bytes that no other client sends, ends its sending half, and waits until the server has ended too."""
        source = random.Random(self.number)
        for begin in range(0, self.size, PIECE):
            self.send(source.randbytes(min(PIECE, self.size - begin)))
        self.sock.shutdown(socket.SHUT_WR)
        if more := self.sock.recv(1):
            raise ValueError(f"{more!r} came after the end")

    def send(self, data: bytes) -> None:
        """Sends a piece, and takes it back in however many parts it comes."""
        self.sock.sendall(data)
        back = b""
        while len(back) < len(data):
            part = self.sock.recv(len(data) - len(back))
            if not part:
                raise ConnectionResetError
            back += part
        if back != data:
            raise ValueError("other bytes came back than were sent")
        self.echoed += len(data)


def admit(address: tuple[str, int], clients: int, size: int, patience: float) -> list[EchoClient]:
    """Connects the clients one after the other, until one is refused."""
    threading.stack_size(STACK)
    admitted: list[EchoClient] = []
    for number in range(1, clients + 1):
        client = EchoClient(address, number, size, patience)
        client.start()
        client.admitted.wait()
        if client.error:
            emit("refused", client=number, error=type(client.error).__name__, message=str(client.error))
            break
        admitted.append(client)
    return admitted


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when every client was served."""
    parser = options_of(__doc__)
    parser.add_argument("--to", default="127.0.0.1", metavar="HOST", help="the server")
    parser.add_argument("--port", type=at_least(1), default=8001, help="the server's port")
    parser.add_argument("--clients", type=at_least(1), default=100, help="how many clients connect")
    parser.add_argument("--size", type=size, default=64 * 1024, help="bytes that each sends, such as 64KiB")
    parser.add_argument("--patience", type=seconds, default=30, help="seconds that an answer may take")
    options = parser.parse_args(arguments)

    address = (socket.gethostbyname(options.to), options.port)
    checkpoint("ready", platform=sys.platform, clients=options.clients)
    clients = admit(address, options.clients, options.size, options.patience)
    checkpoint("connected", clients=len(clients), answered=bool(clients) and clients[0].is_answered())
    if len(clients) == options.clients:
        for client in clients:
            client.go.set()
        for client in clients:
            client.join()
    served = [client for client in clients if client.error is None and client.go.is_set()]
    failures = [f"client {one.number}: {one.error!r}" for one in clients if one.error][:SHOWN_FAILURES]
    checkpoint("finished", served=len(served), echoed=sum(one.echoed for one in served), failures=failures)
    return 0 if len(served) == options.clients else 1


if __name__ == "__main__":
    sys.exit(main())
