# replaces: poll_server.py
"""Sockets and buffers by descriptor, without Client. It tries to send at once, and asks for POLLOUT if it must."""

import select

from labs.programs.servers.echoing import announce, listen

listener = listen(__doc__, None)
poll = select.poll()
poll.register(listener, select.POLLIN)
announce(listener)
sockets, unsent = {}, {}
while True:
    for number, _ in poll.poll():
        if number == listener.fileno():
            sock, _ = listener.accept()
            sock.setblocking(False)
            sockets[sock.fileno()] = sock
            poll.register(sock, select.POLLIN)
            continue
        sock, rest = sockets[number], unsent.pop(number, b"")
        data = rest
        try:
            data = data or sock.recv(16384)
            if not data:
                raise ConnectionError
            data = data[sock.send(data) :]
        except BlockingIOError:
            pass  # what could not be sent is still in `data`
        except OSError:
            poll.unregister(number)
            sockets.pop(number).close()
            continue
        if data:
            unsent[number] = data
        if bool(data) != bool(rest):
            poll.modify(number, select.POLLOUT if data else select.POLLIN)
