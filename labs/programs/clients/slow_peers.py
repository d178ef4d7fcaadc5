"""Support for clients.slow: an honest client, one that never reads, and one that sends nothing."""

import random
import socket
import threading
import time

from labs.programs.clients.connecting import Address, connect

BUFFER = 16 * 1024  # what the kernel buffers here, each way; Linux doubles it
FLOOD = 8 * 1024**2  # most bytes that a greedy client sends
PIECE = bytes(64 * 1024)


def exchange(sock: socket.socket, message: bytes) -> None:
    """Sends a message and receives it back; raises OSError or ValueError."""
    sock.sendall(message)
    back = b""
    while len(back) < len(message):
        part = sock.recv(len(message) - len(back))
        if not part:
            raise ConnectionResetError("the server closed the connection")
        back += part
    if back != message:
        raise ValueError("other bytes came back than were sent")


class Silent:
    """Sends nothing, or a message that it gets back and then nothing. `closed` is when the server closed it."""

    def __init__(self, address: Address, timeout: float, message: bytes) -> None:
        self.closed: float | None = None
        self.begun = time.monotonic()
        self.sock = connect(address, timeout)
        if message:
            self.begun = time.monotonic()
            exchange(self.sock, message)
        self.sock.setblocking(False)

    def step(self) -> None:
        try:
            if self.sock.recv(1):
                raise ConnectionAbortedError("the server sent bytes that no client asked for")
        except BlockingIOError:
            return
        except ConnectionResetError:
            pass
        self.closed = time.monotonic()


class Greedy:
    """Sends as much as the server takes, up to FLOOD, and never reads. `taken` counts the bytes."""

    def __init__(self, address: Address, timeout: float) -> None:
        self.closed: float | None = None
        self.taken = 0
        self.begun = time.monotonic()
        self.sock = connect(address, timeout, BUFFER)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        self.sock.setblocking(False)

    def step(self) -> None:
        try:
            # After the flood an empty send tells nothing, so one more byte a step finds out whether it is closed.
            for _ in range(64):
                self.taken += self.sock.send(PIECE if self.taken < FLOOD else b"?")
        except BlockingIOError:
            return
        except (ConnectionError, TimeoutError):
            self.closed = time.monotonic()


class Honest(threading.Thread):
    """Sends a message every `pause` seconds and reads it back. `late` is by how many seconds it slept too long."""

    def __init__(self, address: Address, timeout: float, number: int, size: int, pause: float) -> None:
        super().__init__(daemon=True)
        self.sock = connect(address, timeout)
        self.source, self.size, self.pause = random.Random(number), size, pause
        self.over = threading.Event()
        self.error: Exception | None = None
        self.late = 0.0

    def run(self) -> None:
        try:
            while True:
                exchange(self.sock, self.source.randbytes(self.size))
                due = time.monotonic() + self.pause
                if self.over.wait(self.pause):
                    break
                self.late = max(self.late, time.monotonic() - due)
            self.leave()
        except (OSError, ValueError) as error:
            self.error = error

    def leave(self) -> None:
        """Ends its sending half, and waits for the server's end."""
        self.sock.shutdown(socket.SHUT_WR)
        if self.sock.recv(1):
            raise ValueError("bytes came after the end")
        self.sock.close()

    def finish(self) -> None:
        self.over.set()
        self.join()
