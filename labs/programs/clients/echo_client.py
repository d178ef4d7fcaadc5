"""Support for clients.echo: one client of an echo server, in a thread of its own."""

import random
import socket
import threading
import time

PIECE = 4 * 1024


class Patience:
    """How many `seconds` a server may take to answer any of its clients: it may serve the others first."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.until = seconds, 0.0
        self.has_answered()

    def has_answered(self) -> None:
        self.until = time.monotonic() + self.seconds

    def is_over(self) -> bool:
        return time.monotonic() >= self.until


class EchoClient(threading.Thread):
    """Is admitted, waits for the others, sends its bytes and gets them back. Its first failure ends it."""

    def __init__(self, address: tuple[str, int], number: int, size: int, patience: Patience) -> None:
        super().__init__(daemon=True)
        self.address, self.number, self.size, self.patience = address, number, size, patience
        self.admitted, self.go = threading.Event(), threading.Event()
        self.halfway, self.rest = threading.Event(), threading.Event()
        self.error: Exception | None = None
        self.echoed = 0

    def run(self) -> None:
        try:
            self.sock = socket.create_connection(self.address, self.patience.seconds)
            # The kernel completes connections that no program has accepted; only an answer proves that one did.
            self.send(b"client %d" % self.number)
            self.admitted.set()
            self.go.wait()
            self.send_all()
            self.sock.close()
        except TimeoutError:
            self.error = TimeoutError("timed out")
        except ConnectionError:
            # The end of the stream or a reset: that depends on whether the server's end or our bytes came first.
            self.error = ConnectionError("the server closed the connection")
        except (OSError, ValueError) as error:
            self.error = error
        finally:
            self.admitted.set()
            self.halfway.set()

    def is_answered(self) -> bool:
        """Whether it is still served while it waits for the others."""
        try:
            self.send(b"still")
        except OSError as error:
            self.error = error
            return False
        return True

    def send_all(self) -> None:
        """Sends bytes of its own, ends its sending half, and waits for the server's end; halfway for the others."""
        source = random.Random(self.number)
        for begin in range(0, self.size, PIECE):
            if begin >= self.size // 2:
                self.halfway.set()
                self.rest.wait()
            self.send(source.randbytes(min(PIECE, self.size - begin)))
        self.halfway.set()
        self.rest.wait()
        self.sock.shutdown(socket.SHUT_WR)
        if more := self.receive(1):
            raise ValueError(f"{more!r} came after the end")

    def send(self, data: bytes) -> None:
        """Sends a piece and receives it back, in however many parts."""
        self.sock.sendall(data)
        back = b""
        while len(back) < len(data):
            part = self.receive(len(data) - len(back))
            if not part:
                raise ConnectionResetError
            back += part
        if back != data:
            raise ValueError("other bytes came back than were sent")
        self.echoed += len(data)

    def receive(self, most: int) -> bytes:
        """Up to so many bytes; raises TimeoutError when the server has answered no client for too long."""
        while True:
            try:
                data = self.sock.recv(most)
            except TimeoutError:
                if self.patience.is_over():
                    raise
            else:
                self.patience.has_answered()
                return data

    def was_too_early(self) -> bool:
        """Whether an answer came after it gave up: then the server was slow, and did not refuse it."""
        if not isinstance(self.error, TimeoutError) or not hasattr(self, "sock"):
            return False
        self.sock.setblocking(False)
        try:
            return bool(self.sock.recv(1))
        except OSError:
            return False
