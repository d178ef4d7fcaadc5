"""The selectors module, which calls select here, and a queue of views: no byte is copied to keep the rest."""

import selectors
import socket
from collections import deque

from labs.programs.servers.echoing import CHUNK, announce, listen

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Client:
    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.queue = sock, deque[memoryview]()
        sock.setblocking(False)

    def work(self, event: int) -> int:
        """Returns the event to wait for next; 0 if the client has left."""
        try:
            if event & READ:
                data = self.sock.recv(CHUNK)
                if not data:
                    return 0
                self.queue.append(memoryview(data))
            while self.queue:
                count = self.sock.send(self.queue[0])
                rest = self.queue.popleft()[count:]
                if rest:
                    self.queue.appendleft(rest)
        except BlockingIOError:
            pass
        except OSError:
            return 0
        return WRITE if self.queue else READ


listener = listen(__doc__)
with selectors.SelectSelector() as selector:
    selector.register(listener, READ)
    announce(listener)
    while True:
        for key, event in selector.select():
            if key.data is None:
                client = Client(listener.accept()[0])
                selector.register(client.sock, READ, client)
            elif wanted := key.data.work(event):
                selector.modify(key.data.sock, wanted, key.data)
            else:
                selector.unregister(key.data.sock)
                key.data.sock.close()
