"""Support for clients.hostile: a hostile client's connections, and the schedule that lets many clients act in turn."""

import heapq
import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import count

from labs.programs.clients.connecting import RESET, connect

Steps = Iterator[float]
REST = 0.05  # seconds between two rounds: more connections in a second would test the machine, not the server
CONNECT_WITHIN = 10.0


class Peer:
    """The server as a hostile client sees it: its connections, the newest one last."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.sockets: list[socket.socket] = []
        self.refused = self.gave_up_early = self.sent = self.received = 0

    @property
    def socket(self) -> socket.socket:
        return self.sockets[-1]

    def connect(self, receive_buffer: int = 0) -> None:
        try:
            self.sockets.append(connect(self.address, CONNECT_WITHIN, receive_buffer))
        except TimeoutError:  # a full queue of a slow server; one that hangs answers nobody at the end either
            self.gave_up_early += 1
            raise
        except OSError:
            self.refused += 1
            raise
        self.socket.setblocking(False)

    def push(self, data: bytes) -> None:
        """Sends what the socket takes; the rest is dropped."""
        with suppress(BlockingIOError):
            self.sent += self.socket.send(data)

    def take(self, most: int, flags: int = 0) -> bool:
        """Receives up to `most` bytes; returns whether there may be more."""
        try:
            data = self.socket.recv(most, flags)
        except BlockingIOError:
            return False
        self.received += len(data)
        return bool(data)

    def end_sending(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        for sock in self.sockets:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.close()

    def close(self) -> None:
        for sock in self.sockets:
            sock.close()
        self.sockets.clear()


class Attacker:
    """One client that behaves in one way, and begins anew at the end of each round."""

    def __init__(self, behaviour: Callable[[Peer], Steps], address: tuple[str, int]) -> None:
        self.behaviour, self.peer, self.rounds = behaviour, Peer(address), 0
        self.steps = behaviour(self.peer)

    def step(self) -> float:
        """Goes on; returns the seconds until the next step."""
        try:
            return next(self.steps)
        except (StopIteration, OSError):
            # The round is over, the server ended the connection, as it may, or it refused it, as the peer has counted.
            self.rounds += 1
            self.peer.close()
        self.steps = self.behaviour(self.peer)
        return REST


def attack(attackers: Sequence[Attacker], truce: socket.socket, until: float) -> str:
    """Lets each attacker step when it is due; returns what ended that: `truce`, by a connection, or `time`."""
    order = count()
    due = [(0.0, next(order), attacker) for attacker in attackers]
    while (now := time.monotonic()) < until:
        wait = min(max(0.0, due[0][0] - now), until - now)
        if select.select([truce], [], [], wait)[0]:
            return "truce"
        while due[0][0] <= now:
            _, _, attacker = due[0]
            heapq.heapreplace(due, (now + attacker.step(), next(order), attacker))
    return "time"
