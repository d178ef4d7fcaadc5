"""What a server out of descriptors is tried with."""

from tests.exercises import Program

STARTER = "crash"
PRINTS = """\
import sys, time
from labs.programs.events import emit
emit("ready", port=8001, platform=sys.platform, descriptors=6, nofile=64)
emit("finished", fates={"reserve": {"served": 58, "shed": 42}}, counts={"reserve": {"wakeups": 100}})
time.sleep(1000)
"""
RESERVE = "self.reserve = os.open(os.devnull, os.O_RDONLY)"
SHED = "            self.shed(listener)\n            counts.shed += 1\n"
TAKEN_AGAIN = f"        client.close()\n        {RESERVE}\n"
RAISED = """\
import resource
import socket

from labs.programs.servers.accepting import serve


def accept(listener, counts):
    return listener.accept()[0]


resource.setrlimit(resource.RLIMIT_NOFILE, (HIGHER, HIGHER))
serve(accept, __doc__, None)
"""
COUNTED = """\
from labs.programs.events import soft_nofile
from labs.programs.servers.accepting import serve

room = soft_nofile() - 6


def accept(listener, counts):
    client, _ = listener.accept()
    if client.fileno() < room + 5:
        return client
    client.close()
    counts.shed += 1


serve(accept, __doc__, None)
"""
OWN_LOOP = """\
import errno
import os
import select
import socket

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
"""
WRONG = (
    Program("it only prints what is wanted", "server.py", PRINTS, finding="served"),
    Program("it lives on, and leaves its clients in the queue", "server.py", "", SHED, "cpu"),
    Program(
        "it sleeps a little when there is no room",
        "server.py",
        "            __import__('time').sleep(0.1)\n",
        SHED,
        "shed",
    ),
    Program(
        "it only raises the limit, as far as it may",
        "server.py",
        RAISED.replace("HIGHER", "resource.getrlimit(resource.RLIMIT_NOFILE)[1]"),
        finding="crash",
    ),
    Program(
        "it only raises the limit, further than it may", "server.py", RAISED.replace("HIGHER", "4096"), finding="crash"
    ),
    Program(
        "it has no reserve and counts instead",
        "server.py",
        COUNTED,
        finding="the_descriptors_open_before_the_first_client_are_what_theory_counts",
    ),
    Program("the reserve is not taken again", "server.py", "        client.close()\n", TAKEN_AGAIN, "crash"),
    Program("it closes the listener", "server.py", "            listener.close()\n", SHED, "woken"),
)
OTHERS = (
    Program("the reserve is a socket", "server.py", "self.reserve = socket.socket().detach()", RESERVE),
    Program("a loop of its own, and a descriptor that is a copy", "server.py", OWN_LOOP),
)
