# finding: threads
import resource
import select
import threading

from labs.programs.servers.echoing import Client, announce, listen


class Part(threading.Thread):
    """Serves a quarter of the clients with a select of its own."""

    def __init__(self):
        super().__init__(daemon=True)
        self.clients = []

    def run(self):
        while True:
            reading = {one.sock: one for one in list(self.clients) if not one.unsent}
            writing = {one.sock: one for one in list(self.clients) if one.unsent}
            readable, writable, _ = select.select(reading, writing, [], 0.02)
            for client in [*(reading[one] for one in readable), *(writing[one] for one in writable)]:
                if not client.step():
                    self.clients.remove(client)
                    client.sock.close()
                    room.release()


hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
listener, room = listen(None, None), threading.Semaphore(min(hard, 1024) - 4)
announce(listener)
parts = [Part() for _ in range(4)]
for part in parts:
    part.start()
while True:
    for part in parts:
        room.acquire()
        part.clients.append(Client(listener))
