# replaces: together.py
"""Nothing is patched: `pool` workers take pages from a queue, and fetch them with gevent's own sockets."""

import sys
import time

import gevent
from gevent import socket
from gevent.queue import Empty, Queue

from labs.programs.clients.fetching import CHUNK, body_of, checked, run


def fetch(page):
    begun, pieces = time.perf_counter(), []
    sock = socket.create_connection(page.place)
    try:
        sock.sendall(page.request)
        while True:
            pieces.append(sock.recv(CHUNK))
            if not pieces[-1]:
                break
    finally:
        sock.close()
    return checked(page, body_of(b"".join(pieces)), begun)


def work(waiting, results):
    while True:
        try:
            number, page = waiting.get_nowait()
        except Empty:
            return
        results[number] = fetch(page)


def fetch_all(pages, pool):
    results = {}
    waiting = Queue()
    for one in enumerate(pages):
        waiting.put(one)
    gevent.joinall([gevent.spawn(work, waiting, results) for _ in range(pool)], raise_error=True)
    return [results[number] for number in range(len(pages))]


if __name__ == "__main__":
    sys.exit(run("gevent", fetch_all, __doc__))
