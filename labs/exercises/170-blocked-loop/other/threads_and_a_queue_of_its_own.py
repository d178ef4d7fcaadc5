import queue
import selectors
import socket
import threading

from labs.programs.servers.working import WORK, block, leaving, parse, ready

options = parse(None, None)
jobs, done = queue.Queue(), queue.Queue()
wakes, wake = socket.socketpair()


def worker():
    while True:
        client = jobs.get()
        block(options)
        done.put(client)
        wake.send(b"!")


for _ in range(2):
    threading.Thread(target=worker, daemon=True).start()
listener = socket.create_server((options.host, options.port))
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)
selector.register(wakes, selectors.EVENT_READ)
ready(listener.getsockname()[1], "asyncio")
while True:
    for key, _ in selector.select():
        sock, request = key.fileobj, b""
        if sock is listener:
            selector.register(listener.accept()[0], selectors.EVENT_READ)
        elif sock is wakes:
            wakes.recv(1)
            client = done.get()
            with leaving():
                client.send(WORK)
            selector.register(client, selectors.EVENT_READ)
        else:
            with leaving():
                request = sock.recv(1)
            if request == WORK:
                selector.unregister(sock)
                jobs.put(sock)
            elif request:
                with leaving():
                    sock.send(request)
            else:
                selector.unregister(sock)
                sock.close()
