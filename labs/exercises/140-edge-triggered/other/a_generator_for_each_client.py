"""A generator for each client: it yields True when its turn is over, and False when it must wait for epoll."""

import select

from labs.programs.servers.echoing import announce, listen


def conversation(sock):
    while True:
        try:
            data = sock.recv(2048)
        except BlockingIOError:
            yield False
            continue
        if not data:
            return
        while data:
            try:
                data = data[sock.send(data) :]
            except BlockingIOError:
                yield False
        yield True


listener = listen(__doc__, None)
epoll = select.epoll()
epoll.register(listener)
announce(listener)
talks, ready = {}, set()
while True:
    timeout = 0 if ready else None
    for number, _ in epoll.poll(timeout):
        if number == listener.fileno():
            client, _ = listener.accept()
            client.setblocking(False)
            talks[client.fileno()] = (client, conversation(client))
            epoll.register(client, select.EPOLLET | select.EPOLLIN | select.EPOLLOUT)
        else:
            ready.add(number)
    for number in tuple(ready):
        client, talk = talks[number]
        try:
            goes_on = next(talk, None)
        except ConnectionError:
            goes_on = None
        if goes_on is None:
            epoll.unregister(client)
            client.close()
            del talks[number]
        if not goes_on:
            ready.discard(number)
