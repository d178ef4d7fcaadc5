"""selectors over select: the listener is unregistered while the server is full, and registered again after that."""

import resource
import selectors

from labs.programs.servers.echoing import Client, announce, listen

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
listener = listen(__doc__, None)
room = min(hard, 1024) - listener.fileno() - 1
selector = selectors.SelectSelector()
selector.register(listener, READ)
announce(listener)
while True:
    for key, _ in selector.select():
        if key.data is None:
            client = Client(listener)
            selector.register(client.sock, READ, client)
            room -= 1
            if not room:
                selector.unregister(listener)
        elif key.data.step():
            wanted = WRITE if key.data.unsent else READ
            if wanted != key.events:
                selector.modify(key.fileobj, wanted, key.data)
        else:
            selector.unregister(key.fileobj)
            key.data.sock.close()
            if not room:
                selector.register(listener, READ)
            room += 1
