# finding: threads
import select

from labs.programs.servers.echoing import Client, announce, listen

listener, clients, poll = listen(None), {}, select.poll()
poll.register(listener, select.POLLIN)
announce(listener)
while True:
    for descriptor, _ in poll.poll():
        if descriptor == listener.fileno():
            client = Client(listener)
            clients[client.sock.fileno()] = client
            poll.register(client.sock, select.POLLIN)
        elif not clients[descriptor].step():
            poll.unregister(descriptor)
            clients.pop(descriptor).sock.close()
