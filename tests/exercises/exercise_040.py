"""What an echo server with gevent is tried with."""

from tests.exercises import Program

STARTER = "served"
PRINTS = """\
import sys, time
from labs.programs.events import emit
emit("ready", platform=sys.platform, python="3.11.2", descriptors=6, rings=0)
time.sleep(1000)
"""
SERVE = """\
    listener.setblocking(False)
    server = StreamServer(listener, echo)
    server.start()
    announce(listener)
    server.serve_forever()
"""
THREADS = """\
    import threading

    announce(listener)
    while True:
        threading.Thread(target=echo, args=listener.accept(), daemon=True).start()
"""
UNPATCHED = """\
    import gevent

    announce(listener)
    while True:
        gevent.spawn(echo, *listener.accept())
"""
LOOP = """\
    import selectors

    from labs.programs.servers.echoing import Client

    with selectors.DefaultSelector() as selector:
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
"""
PATCHED = """\
from gevent import monkey

monkey.patch_all()

import gevent

from labs.programs.servers.echoing import announce, echo, listen

listener = listen(None, None)
gevent.sleep(0)  # the loop runs from here on
gevent.spawn(announce, listener)
while True:
    gevent.spawn(echo, listener.accept()[0])
"""
WRONG = (
    Program("it only prints that it is ready", "server.py", PRINTS, finding="served"),
    Program("a thread for each client", "server.py", THREADS, SERVE, "crash"),
    Program("greenlets whose accept blocks the thread", "server.py", UNPATCHED, SERVE, "served"),
    Program("a loop with selectors", "server.py", LOOP, SERVE, "descriptors"),
    Program("send in place of sendall", "server.py", "sock.send(data[:1000])", "sock.sendall(data)", "served"),
)
OTHERS = (Program("everything is patched, and greenlets spawned by hand", "server.py", PATCHED),)
