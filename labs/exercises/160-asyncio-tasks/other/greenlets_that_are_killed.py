import gevent
from gevent import socket
from gevent.pool import Group
from gevent.queue import Queue
from gevent.server import StreamServer

from labs.programs import events
from labs.programs.servers.gathering import parse

options = parse(None, None)


def fetch(number, part):
    with socket.socket() as sock:
        sock.connect(options.backend)
        sock.sendall(b"part %d %d\n" % (number, part))
        with sock.makefile("rb") as lines:
            line = lines.readline()
    if not line:
        raise ConnectionError("no answer")
    return line.decode().strip()


def serve(client, _address):
    with client, client.makefile("rb") as lines:
        number, seconds = lines.readline().split()
        ended, group = Queue(), Group()
        parts = [group.spawn(fetch, int(number), part) for part in range(options.parts)]
        for one in parts:
            one.link(ended.put)
        watcher = gevent.spawn(lambda: lines.read(1))
        watcher.link(ended.put)
        answer, left = "late", options.parts
        with gevent.Timeout(float(seconds), False):
            while left:
                one = ended.get()
                if one is watcher or not one.successful():
                    answer = "" if one is watcher else "failed"
                    break
                left -= 1
            else:
                answer = " ".join(["done", *(one.value for one in parts)])
        group.kill()
        watcher.kill()
        if answer:
            client.sendall(answer.encode() + b"\n")


server = StreamServer((options.host, options.port), serve, backlog=1024)
server.start()
events.announce(server.socket)
server.serve_forever()
