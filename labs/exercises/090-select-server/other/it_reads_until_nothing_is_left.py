"""Sockets instead of descriptors in the list. Each ready client is read until the kernel has no more of its bytes."""

import select
from socket import MSG_DONTWAIT, socket

from labs.programs.servers.echoing import announce, listen


class Server:
    def __init__(self, listener: socket) -> None:
        self.listener = listener
        self.everyone: list[socket] = [listener]

    def turn(self) -> None:
        for ready in select.select(self.everyone, (), ())[0]:
            if ready is self.listener:
                self.everyone.append(ready.accept()[0])
            elif not self.echo(ready):
                self.everyone.remove(ready)
                ready.close()

    def echo(self, client: socket) -> bool:
        try:
            while data := client.recv(2048, MSG_DONTWAIT):
                client.send(data, MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False


server = Server(listen(__doc__))
announce(server.listener)
while True:
    server.turn()
