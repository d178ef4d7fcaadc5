"""At most so many threads: while all are busy, the server does not accept, and clients wait in the kernel's queue."""

import socket
import threading

from labs.programs.servers.echoing import announce, listen

MOST = 200
free = threading.BoundedSemaphore(MOST)


class Client(threading.Thread):
    def __init__(self, sock: socket.socket) -> None:
        super().__init__(daemon=True)
        self.sock = sock

    def run(self) -> None:
        try:
            while True:
                data = self.sock.recv(4096)
                if not data:
                    break
                self.sock.sendall(data)
        except OSError:
            pass
        finally:
            self.sock.close()
            free.release()


listener = listen(__doc__)
announce(listener)
while True:
    free.acquire()
    Client(listener.accept()[0]).start()
