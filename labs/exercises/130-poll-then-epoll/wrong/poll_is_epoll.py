# replaces: poll_server.py
# finding: descriptors
import selectors

from labs.programs.servers.echoing import Client, announce, listen

listener = listen(None, None)
with selectors.EpollSelector() as selector:
    selector.register(listener, selectors.EVENT_READ)
    announce(listener)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                client = Client(listener)
                selector.register(client.sock, selectors.EVENT_READ, client)
            elif key.data.step():
                wanted = selectors.EVENT_WRITE if key.data.unsent else selectors.EVENT_READ
                selector.modify(key.data.sock, wanted, key.data)
            else:
                selector.unregister(key.data.sock)
                key.data.sock.close()
