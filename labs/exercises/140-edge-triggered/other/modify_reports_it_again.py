"""It remembers nothing: after a turn it modifies the client in the set, and the kernel reports it again if it is ready.

EPOLL_CTL_MOD looks at the socket as EPOLL_CTL_ADD does.
"""

import select

from labs.programs.servers.echoing import CHUNK, announce, listen

EVENTS = select.EPOLLIN | select.EPOLLOUT | select.EPOLLET
listener, clients = listen(__doc__, None), {}
epoll = select.epoll()
epoll.register(listener, select.EPOLLIN)
announce(listener)
while True:
    for number, _ in epoll.poll():
        if number == listener.fileno():
            sock, _ = listener.accept()
            sock.setblocking(False)
            clients[sock.fileno()] = (sock, bytearray())
            epoll.register(sock, EVENTS)
            continue
        sock, unsent = clients[number]
        try:
            for _ in range(3):
                if not unsent:
                    unsent += sock.recv(CHUNK)
                    if not unsent:
                        raise ConnectionResetError
                del unsent[: sock.send(unsent)]
            epoll.modify(number, EVENTS)
        except BlockingIOError:
            pass
        except OSError:
            epoll.unregister(number)
            clients.pop(number)
            sock.close()
