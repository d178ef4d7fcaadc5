# finding: each_client_was_served_by_its_own_greenlet
"""A greenlet for each client waits beside its socket until it is closed. One with a selector serves them all."""

from selectors import EVENT_READ, EVENT_WRITE

import gevent
from gevent import selectors
from gevent.event import Event

from labs.programs.servers.echoing import Client, announce, listen


def hold(sock, over):
    over.wait()
    sock.close()


listener = listen(None, None)
gevent.sleep(0)
announce(listener)
with selectors.DefaultSelector() as selector:
    selector.register(listener, EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                client, over = Client(listener), Event()
                gevent.spawn(hold, client.sock, over)
                selector.register(client.sock, EVENT_READ, (client, over))
                continue
            client, over = key.data
            if client.step():
                selector.modify(client.sock, EVENT_WRITE if client.unsent else EVENT_READ, key.data)
            else:
                selector.unregister(client.sock)
                over.set()
