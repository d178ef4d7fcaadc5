# replaces: epoll_server.py
"""A table of functions by descriptor, as asyncio and libuv have one: the loop knows neither listener nor clients."""

import functools
import select

from labs.programs.servers.echoing import Client, announce, listen

epoll = select.epoll(sizehint=2000)
calls = {}


def watch(number, events, call):
    epoll.register(number, events)
    calls[number] = call


def accept(listener, _event):
    client = Client(listener)
    watch(client.sock.fileno(), select.EPOLLIN, functools.partial(serve, client))


def serve(client, event):
    number = client.sock.fileno()
    if not client.step():
        epoll.unregister(number)
        del calls[number]
        client.sock.close()
    elif client.unsent and not event & select.EPOLLOUT:
        epoll.modify(number, select.EPOLLOUT)
    elif not client.unsent and event & select.EPOLLOUT:
        epoll.modify(number, select.EPOLLIN)


listener = listen(__doc__, None)
watch(listener.fileno(), select.EPOLLIN, functools.partial(accept, listener))
announce(listener)
while True:
    for number, event in epoll.poll(maxevents=64):
        calls[number](event)
