# replaces: server.py
import contextlib
import errno
import select
import signal
import socket

from client import READ, WRITE, Client
from starting import STDOUT, announce_loop, listen_as_asked

from labs.programs.servers.event_queue import EventQueue


class EpollSelector:
    """The event `ready` names the selector; the loop uses select.epoll itself."""


def wake(*_):
    with contextlib.suppress(OSError):  # of a second signal
        listener.shutdown(socket.SHUT_RDWR)  # epoll reports a listener that is shut down as readable


def accept():
    global number, paused, stopping
    try:
        sock, _ = listener.accept()
    except OSError as error:
        if error.errno == errno.EMFILE:
            epoll.modify(listener, 0)
            paused = True
        elif error.errno == errno.EINVAL:
            stopping = True
            epoll.unregister(listener)
            listener.close()
            for one in [client for client in clients.values() if not client.is_under_way]:
                close(one)
        return
    number += 1
    sock.setblocking(False)
    clients[sock.fileno()] = Client(sock, number, download)
    epoll.register(sock, select.EPOLLIN)


def close(client):
    global paused
    epoll.unregister(client.sock)
    clients.pop(client.sock.fileno())
    events.emit("closed", **client.counts())
    client.sock.close()
    if paused and not stopping:
        epoll.modify(listener, select.EPOLLIN)
        paused = False


listener, body = listen_as_asked(__doc__)
download = (b"%d\n" % len(body), memoryview(body))
clients, events, number, paused, stopping = {}, EventQueue(STDOUT), 0, False, False
epoll = select.epoll()
epoll.register(listener, select.EPOLLIN)
signal.signal(signal.SIGTERM, wake)
announce_loop(listener, EpollSelector())
door = listener.fileno()
while clients or not stopping:
    for descriptor, event in epoll.poll(events.patience):
        if descriptor == door and not stopping:
            accept()
        elif descriptor in clients:
            client = clients[descriptor]
            mask = (READ if event & ~select.EPOLLOUT else 0) | (WRITE if event & ~select.EPOLLIN else 0)
            wanted = client.on_event(mask)
            if not wanted or (stopping and not client.is_under_way):
                close(client)
            else:
                reading, writing = bool(wanted & READ), bool(wanted & WRITE)
                epoll.modify(descriptor, reading * select.EPOLLIN | writing * select.EPOLLOUT)
    events.flush()
