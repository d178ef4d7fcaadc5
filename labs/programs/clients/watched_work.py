"""Support for clients.constant_rate: the request that makes the server work, on a connection of its own."""

import select
import socket
import threading
import time

from labs.programs.events import checkpoint

WORK = b"W"
WITHIN = 0.1  # the part of the work after which the lab looks


class Work(threading.Thread):
    """Asks for the work on a connection of its own, has the lab look at the server meanwhile, and times the answer.

    `looked` is when it asked for the look, by time.monotonic(), and `in_time` is whether there was no answer when the
    look was over.
    """

    def __init__(self, sock: socket.socket, stall: float) -> None:
        super().__init__()
        self.sock, self.stall, self.answer, self.seconds = sock, stall, b"", 0.0
        self.looked, self.in_time = 0.0, False

    def run(self) -> None:
        begun = time.monotonic()
        self.sock.sendall(WORK)
        time.sleep(self.stall * WITHIN)
        self.looked = time.monotonic()
        checkpoint("working")
        self.in_time = not select.select([self.sock], [], [], 0)[0]
        self.answer = self.sock.recv(1)
        self.seconds = time.monotonic() - begun

    def look(self) -> dict[str, object]:
        return {"looked": round(self.looked, 6), "in_time": self.in_time}
