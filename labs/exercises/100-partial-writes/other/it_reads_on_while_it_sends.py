"""A buffer for each client, and both lists at once: it reads on while bytes wait, so they may become many."""

import select
import socket
from collections.abc import Callable

from labs.programs.servers.echoing import announce, listen

listener = listen(__doc__)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)
buffers: dict[socket.socket, bytearray] = {}
ended: set[socket.socket] = set()


def drop(sock: socket.socket) -> None:
    buffers.pop(sock, None)
    ended.discard(sock)
    sock.close()


def receive(sock: socket.socket) -> None:
    try:
        data = sock.recv(64 * 1024)
    except BlockingIOError:
        return
    buffers[sock] += data
    if not data:
        ended.add(sock)  # what is unsent comes first
        flush(sock)


def flush(sock: socket.socket) -> None:
    try:
        del buffers[sock][: sock.send(buffers[sock])]
    except BlockingIOError:
        return
    if sock in ended and not buffers[sock]:
        drop(sock)


def attempt(work: Callable[[socket.socket], None], sock: socket.socket) -> None:
    try:
        work(sock)
    except OSError:
        drop(sock)


announce(listener)
while True:
    reading = [listener, *(sock for sock in buffers if sock not in ended)]
    readable, writable, _ = select.select(reading, [sock for sock, data in buffers.items() if data], [])
    for sock in writable:
        attempt(flush, sock)
    for sock in readable:
        if sock is listener:
            client, _ = listener.accept()
            client.setblocking(False)
            buffers[client] = bytearray()
        elif sock in buffers:
            attempt(receive, sock)
