# replaces: pause.py
import resource
import select

from labs.programs.servers.accepting import GREETING, Counts, listen, parse, ready

counts, clients, listener = Counts(), {}, listen(parse(None))
epoll = select.epoll()
epoll.register(listener, select.EPOLLIN)
ready(listener)
# The streams, the listener and the epoll set need five descriptors.
room = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 5
while True:
    for descriptor, _ in epoll.poll():
        if descriptor == listener.fileno():
            counts.wakeups += 1
            client = listener.accept()[0]
            client.send(GREETING)
            epoll.register(client, select.EPOLLIN)
            clients[client.fileno()] = client
            if len(clients) == room:
                epoll.modify(listener, 0)
            continue
        client = clients[descriptor]
        try:
            if client.recv(64):
                client.send(counts.line)
                continue
        except OSError:
            pass
        epoll.unregister(client)
        clients.pop(descriptor).close()
        epoll.modify(listener, select.EPOLLIN)
