"""Support for clients.load_generator: connections to echo servers, and their requests."""

import socket
import time
from collections.abc import Mapping, Sequence

from labs.programs.clients import connecting
from labs.programs.clients.connecting import Address

MESSAGE = b"?" * 64
TIMEOUT = 30  # seconds
# Clients that come and go in a part: rounds in which the servers take turns, and clients for each server in a round.
ROUNDS, IN_A_ROUND = 10, 5


def connect(address: Address) -> socket.socket:
    """A client that the server has answered once."""
    sock = connecting.connect(address, TIMEOUT)
    send(sock)
    receive(sock)
    return sock


def send(sock: socket.socket) -> None:
    sock.sendall(MESSAGE)


def receive(sock: socket.socket) -> None:
    left = len(MESSAGE)
    while left:
        part = sock.recv(left)
        if not part:
            raise ConnectionResetError("the server closed the connection")
        left -= len(part)


def come(servers: Mapping[str, Address], best: dict[str, float], worst: dict[str, float]) -> None:
    """Clients come one after the other, each when the one before has left.

    `best` keeps the most clients a second of a round, `worst` the fewest of a part.
    """
    spent = dict.fromkeys(servers, 0.0)
    for _ in range(ROUNDS):
        for name, address in servers.items():
            begun = time.perf_counter()
            for _ in range(IN_A_ROUND):
                connect(address).close()
            took = time.perf_counter() - begun
            best[name] = max(best[name], IN_A_ROUND / took)
            spent[name] += took
    for name, seconds in spent.items():
        worst[name] = min(worst[name], ROUNDS * IN_A_ROUND / seconds)


def ask_together(held: Mapping[str, Sequence[socket.socket]], rounds: int) -> None:
    """In each round all clients of a server send, and then receive their answers."""
    for _ in range(rounds):
        for socks in held.values():
            for sock in socks:
                send(sock)
            for sock in socks:
                receive(sock)
