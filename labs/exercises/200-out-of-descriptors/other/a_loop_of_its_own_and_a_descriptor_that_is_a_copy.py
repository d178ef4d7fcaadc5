# replaces: reserve.py
import errno
import os
import select

from labs.programs.servers.accepting import GREETING, Counts, listen, parse, ready

counts, clients = Counts(), {}
reserve = os.dup(0)
listener = listen(parse(None, None))
epoll = select.epoll()
epoll.register(listener, select.EPOLLIN)
ready(listener)
while True:
    for descriptor, _ in epoll.poll():
        if descriptor != listener.fileno():
            if clients[descriptor].recv(64):
                clients[descriptor].send(counts.line)
            else:
                clients.pop(descriptor).close()
            continue
        counts.wakeups += 1
        try:
            client, _ = listener.accept()
        except OSError as error:
            assert error.errno == errno.EMFILE
            os.close(reserve)
            listener.accept()[0].close()
            reserve = os.dup(0)
            counts.shed += 1
        else:
            client.send(GREETING)
            epoll.register(client, select.EPOLLIN)
            clients[client.fileno()] = client
