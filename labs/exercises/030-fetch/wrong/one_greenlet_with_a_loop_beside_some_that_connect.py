# replaces: together.py
# finding: a_greenlet_fetched_each_page
"""One greenlet fetches `pool` pages at a time with a selector, beside greenlets that only connect."""

import sys
import time

import gevent
from gevent import selectors
from gevent.socket import create_connection

from labs.programs.clients.fetching import CHUNK, body_of, checked, run


def loop(pages, pool):
    waiting, answers, results = list(enumerate(pages)), {}, {}
    with selectors.DefaultSelector() as selector:
        while waiting or answers:
            while waiting and len(answers) < pool:
                number, page = waiting.pop(0)
                sock = create_connection(page.place)
                sock.sendall(page.request)
                answers[sock] = (number, page, time.perf_counter(), [])
                selector.register(sock, selectors.EVENT_READ)
            for key, _ in selector.select():
                number, page, begun, pieces = answers[key.fileobj]
                pieces.append(key.fileobj.recv(CHUNK))
                if not pieces[-1]:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
                    del answers[key.fileobj]
                    results[number] = checked(page, body_of(b"".join(pieces)), begun)
    return [results[number] for number in range(len(pages))]


def fetch_all(pages, pool):
    one = gevent.spawn(loop, pages, pool)
    gevent.joinall([one, *(gevent.spawn(lambda: create_connection(pages[0].place).close()) for _ in pages)])
    return one.get()


sys.exit(run("gevent", fetch_all, None, None))
