"""Stops watching the listener when accept() has no descriptor left, and watches it again when a client has left.

python -m labs.programs.servers.accept_pause --port 8001
"""

import selectors
import socket

from labs.programs.servers.accepting import GREETING, OUT_OF_DESCRIPTORS, Counts, answer, listen, parse, ready


class Pausing:
    def __init__(self, listener: socket.socket) -> None:
        self.listener, self.counts, self.selector = listener, Counts(), selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ)

    def run(self) -> None:
        while True:
            for key, _ in self.selector.select():
                if key.data is None:
                    self.accept()
                else:
                    answer(self.selector, key.data, self.counts)
                    if key.data.fileno() < 0 and self.listener not in self.selector.get_map():
                        self.selector.register(self.listener, selectors.EVENT_READ)

    def accept(self) -> None:
        self.counts.wakeups += 1
        try:
            client, _ = self.listener.accept()
        except OSError as error:
            if error.errno != OUT_OF_DESCRIPTORS:
                raise
            self.counts.failed += 1
            self.selector.unregister(self.listener)
        else:
            client.send(GREETING)
            self.selector.register(client, selectors.EVENT_READ, client)


def main() -> None:
    server = Pausing(listen(parse(__doc__)))
    ready(server.listener)
    server.run()


if __name__ == "__main__":
    main()
