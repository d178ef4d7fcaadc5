# finding: threads
import select
import selectors
import threading

from labs.programs.servers.echoing import Client, announce, listen

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Part(threading.Thread):
    """Serves some of the clients with poll."""

    def __init__(self):
        super().__init__(daemon=True)
        self.came, self.polled = [], {}

    def run(self):
        while True:
            poll = select.poll()
            for client in list(self.came):
                poll.register(client.sock, select.POLLOUT if client.unsent else select.POLLIN)
                self.polled[client.sock.fileno()] = client
            for number, _ in poll.poll(20):
                client = self.polled[number]
                if not client.step():
                    self.came.remove(client)
                    epoll.unregister(client.sock)
                    client.sock.close()


listener, parts = listen(None, None), [Part() for _ in range(4)]
epoll = select.epoll()
epoll.register(listener, select.EPOLLIN)
announce(listener)
for part in parts:
    part.start()
number = 0
while True:
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    poll.poll()
    client = Client(listener)
    epoll.register(client.sock, select.EPOLLIN | select.EPOLLOUT | select.EPOLLET)
    number += 1
    parts[number % len(parts)].came.append(client)
