# finding: a_full_server_sleeps_while_its_clients_are_idle
import resource
import select
import time

from labs.programs.servers.echoing import Client, announce, listen

hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
listener, clients = listen(None, None), {}
announce(listener)
while True:
    reading = [descriptor for descriptor, client in clients.items() if not client.unsent]
    writing = [descriptor for descriptor, client in clients.items() if client.unsent]
    coming = [listener.fileno()] if len(clients) < 1020 else []
    readable, writable, _ = select.select(coming + reading, writing, [])
    for descriptor in readable + writable:
        if descriptor == listener.fileno():
            try:
                client = Client(listener)
            except OSError:
                time.sleep(0.02)
                continue
            clients[client.sock.fileno()] = client
        elif not clients[descriptor].step():
            clients.pop(descriptor).sock.close()
