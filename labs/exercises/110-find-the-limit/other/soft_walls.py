"""It computes no limit: it runs into each one and stops there. accept fails with EMFILE, or returns descriptor 1023."""

import errno
import resource
import select
import socket

from labs.programs.servers.echoing import announce, listen

HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (HARD, HARD))


def accepted(listener: socket.socket, clients: dict[int, socket.socket]) -> bool:
    """Accepts a client; returns whether that was the last one for now."""
    try:
        client, _ = listener.accept()
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno != errno.EMFILE:
            raise
        return True
    client.setblocking(False)
    clients[client.fileno()] = client
    return client.fileno() == 1023


server = listen(__doc__, None)
server.setblocking(False)
announce(server)
clients: dict[int, socket.socket] = {}
unsent: dict[int, bytes] = {}
full = False
while True:
    reading = [one for one in clients if one not in unsent] + ([] if full else [server.fileno()])
    readable, writable, _ = select.select(reading, list(unsent), [])
    for one in readable:
        if one == server.fileno():
            full = accepted(server, clients)
            continue
        try:
            data = clients[one].recv(16384)
        except OSError:
            data = b""
        if data:
            unsent[one] = data
        else:
            clients.pop(one).close()
            full = False
    for one in writable:
        try:
            unsent[one] = unsent[one][clients[one].send(unsent[one]) :]
        except OSError:
            unsent.pop(one)
            clients.pop(one).close()
            full = False
            continue
        if not unsent[one]:
            del unsent[one]
