# finding: each_client_had_a_greenlet
from selectors import EVENT_READ, EVENT_WRITE

import gevent
from gevent import selectors

from labs.programs.servers.echoing import Client, announce, listen

listener = listen(None, None)
gevent.sleep(0)
announce(listener)
with selectors.DefaultSelector() as selector:
    selector.register(listener, EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                client = Client(listener)
                selector.register(client.sock, EVENT_READ, client)
            elif key.data.step():
                selector.modify(key.data.sock, EVENT_WRITE if key.data.unsent else EVENT_READ, key.data)
            else:
                selector.unregister(key.data.sock)
                key.data.sock.close()
