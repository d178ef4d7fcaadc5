"""The selectors module in front of select: it keeps the set of sockets, and what to call for each."""

import selectors
import socket

from labs.programs.servers.echoing import announce, listen

selector = selectors.SelectSelector()


def accept(listener: socket.socket) -> None:
    sock, _ = listener.accept()
    sock.setblocking(False)
    selector.register(sock, selectors.EVENT_READ, echo)
    echo(sock)


def echo(sock: socket.socket) -> None:
    try:
        data = sock.recv(8192)
        if data:
            sock.sendall(data)
    except BlockingIOError:
        return
    except OSError:
        data = b""
    if not data:
        selector.unregister(sock)
        sock.close()


def main() -> None:
    listener = listen(__doc__)
    selector.register(listener, selectors.EVENT_READ, accept)
    announce(listener)
    while True:
        for key, _ in selector.select():
            key.data(key.fileobj)


main()
