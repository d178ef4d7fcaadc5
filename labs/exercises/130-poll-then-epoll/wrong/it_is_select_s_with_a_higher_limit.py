# replaces: poll_server.py
# finding: crash
import select

from labs.programs.servers.echoing import Client, announce, listen

listener, clients = listen(None, None), {}
import resource

hard = resource.getrlimit(7)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
announce(listener)
while True:
    reading = [descriptor for descriptor, client in clients.items() if not client.unsent]
    writing = [descriptor for descriptor, client in clients.items() if client.unsent]
    readable, writable, _ = select.select([listener.fileno(), *reading], writing, [])
    for descriptor in readable + writable:
        if descriptor == listener.fileno():
            client = Client(listener)
            clients[client.sock.fileno()] = client
        elif not clients[descriptor].step():
            clients.pop(descriptor).sock.close()
