# replaces: epoll_server.py
# finding: idle_clients_cost_epoll_nothing
import select

from labs.programs.servers.echoing import Client, announce, listen

listener, clients = listen(None, None), {}
epoll = select.epoll()
epoll.register(listener, select.EPOLLIN)
announce(listener)
while True:
    epoll.close()
    epoll = select.epoll()
    epoll.register(listener, select.EPOLLIN)
    for number, client in clients.items():
        epoll.register(number, select.EPOLLOUT if client.unsent else select.EPOLLIN)
    for number, _ in epoll.poll():
        if number == listener.fileno():
            client = Client(listener)
            clients[client.sock.fileno()] = client
        elif not clients[number].step():
            clients.pop(number).sock.close()
