"""Round robin: the client at the front of a queue does one step, and goes to its back if it can do more."""

import collections
import select

from labs.programs.servers.echoing import announce, listen

listener = listen(__doc__, None)
listener.setblocking(False)
epoll = select.epoll()
epoll.register(listener, select.EPOLLIN | select.EPOLLET)
announce(listener)
clients, unsent, queue, queued = {}, {}, collections.deque(), set()


def accept_all():
    while True:
        try:
            sock, _ = listener.accept()
        except BlockingIOError:
            return
        sock.setblocking(False)
        clients[sock.fileno()], unsent[sock.fileno()] = sock, b""
        epoll.register(sock, select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET)


while True:
    for number, _ in epoll.poll(0 if queue else -1):
        if number == listener.fileno():
            accept_all()
        elif number not in queued:
            queue.append(number)
            queued.add(number)
    for _ in range(len(queue)):
        number = queue.popleft()
        sock = clients[number]
        try:
            data = unsent[number] or sock.recv(4096)
            unsent[number] = data
            if data:
                unsent[number] = data[sock.send(data) :]
                queue.append(number)
                continue
        except BlockingIOError:
            queued.discard(number)
            continue
        except OSError:
            pass
        queued.discard(number)
        epoll.unregister(number)
        del unsent[number]
        clients.pop(number).close()
