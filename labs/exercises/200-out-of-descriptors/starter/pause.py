"""A server that runs out of descriptors: it stops watching its listener, and clients without room wait in the queue.

A client is greeted when it was accepted, and gets the counts when it sends anything.
"""

import selectors
import socket

from labs.programs.servers.accepting import GREETING, Counts, listen, parse, ready


class Server:
    def __init__(self, listener: socket.socket) -> None:
        self.listener, self.counts, self.selector = listener, Counts(), selectors.EpollSelector()
        self.selector.register(listener, selectors.EVENT_READ)

    def run(self) -> None:
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is self.listener:
                    self.accept()
                else:
                    self.serve(key.data)

    def accept(self) -> None:
        self.counts.wakeups += 1
        try:
            client, _ = self.listener.accept()
        except OSError:
            self.counts.failed += 1
            # TODO 4: if the error's errno is errno.EMFILE, stop watching the listener, and return.
            raise
        client.send(GREETING)
        self.selector.register(client, selectors.EVENT_READ, client)

    def serve(self, client: socket.socket) -> None:
        """Sends the client the counts, or closes its connection when it has ended."""
        try:
            if client.recv(64):
                client.send(self.counts.line)
                return
        except ConnectionError:
            pass
        self.selector.unregister(client)
        client.close()
        # TODO 5: a descriptor is free again. If the listener is not in self.selector.get_map(), watch it again.


def main() -> None:
    server = Server(listen(parse(__doc__)))
    ready(server.listener)
    server.run()


if __name__ == "__main__":
    main()
