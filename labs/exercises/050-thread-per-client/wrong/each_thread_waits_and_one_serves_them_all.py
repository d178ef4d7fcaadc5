# finding: each_client_is_served_by_its_own_thread
"""Each client has a thread that waits for its socket, but only for its end. The main thread serves them all."""

import contextlib
import select
import socket
import threading

from labs.programs.servers.echoing import Client, announce, listen


def wait(sock):
    end = select.poll()
    end.register(sock, 0)
    end.poll()
    sock.close()


listener, clients, poll = listen(None), {}, select.poll()
poll.register(listener, select.POLLIN)
announce(listener)
while True:
    for descriptor, _ in poll.poll():
        if descriptor == listener.fileno():
            client = Client(listener)
            clients[client.sock.fileno()] = client
            poll.register(client.sock, select.POLLIN)
            threading.Thread(target=wait, args=(client.sock,), daemon=True).start()
        elif not clients[descriptor].step():
            poll.unregister(descriptor)
            with contextlib.suppress(OSError):
                clients.pop(descriptor).sock.shutdown(socket.SHUT_WR)
