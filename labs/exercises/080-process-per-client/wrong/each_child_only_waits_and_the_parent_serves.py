# finding: descriptors
import os
import select
import signal

from labs.programs.servers.echoing import Client, announce, listen

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listener, clients, children, poll = listen(None), {}, {}, select.poll()
poll.register(listener, select.POLLIN)
announce(listener)
while True:
    for descriptor, _ in poll.poll():
        if descriptor == listener.fileno():
            client = Client(listener)
            clients[client.sock.fileno()] = client
            poll.register(client.sock, select.POLLIN)
            children[client.sock.fileno()] = os.fork()
            if not children[client.sock.fileno()]:
                wait = select.poll()
                wait.register(client.sock, 0)
                wait.poll()
                os._exit(0)
        elif not clients[descriptor].step():
            poll.unregister(descriptor)
            os.kill(children.pop(descriptor), signal.SIGKILL)
            clients.pop(descriptor).sock.close()
