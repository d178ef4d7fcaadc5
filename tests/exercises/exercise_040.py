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
ONE_FOR_ALL = """\
import gevent
from gevent import selectors
from selectors import EVENT_READ, EVENT_WRITE

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
"""
ECHO = "def echo(sock: socket.socket, _address: object) -> None:\n"
THREAD_FOR_EACH_PIECE = """\
def echo(sock, _address):
    import threading
    from socket import socket

    from gevent.socket import wait_read

    mine, there = socket(fileno=sock.detach()), [True]

    def step():
        data = mine.recv(CHUNK)
        mine.sendall(data)
        there[0] = bool(data)

    while there[0]:
        wait_read(mine.fileno())
        one = threading.Thread(target=step)
        one.start()
        one.join()
    mine.close()


def unused(sock: socket.socket, _address: object) -> None:
"""
WRONG = (
    Program("it only prints that it is ready", "server.py", PRINTS, finding="served"),
    Program("a thread for each client", "server.py", THREADS, SERVE, "crash", in_containers=True),
    Program("greenlets whose accept blocks the thread", "server.py", UNPATCHED, SERVE, "served"),
    Program("a loop with selectors", "server.py", LOOP, SERVE, "descriptors"),
    Program("one greenlet with a loop for all", "server.py", ONE_FOR_ALL, finding="each_client_had_a_greenlet"),
    Program("a thread for each piece", "server.py", THREAD_FOR_EACH_PIECE, ECHO, "no_thread_came_and_went"),
    Program("send in place of sendall", "server.py", "sock.send(data[:1000])", "sock.sendall(data)", "served"),
)
OTHERS = (Program("everything is patched, and greenlets spawned by hand", "server.py", PATCHED),)
