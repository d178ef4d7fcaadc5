"""What a select server that knows its walls is tried with."""

from tests.exercises import Program

STARTER = "crash"
PRINTS = """\
import sys, time
from labs.programs.events import emit
emit("ready", platform=sys.platform, python="3.11.2", descriptors=4, rings=0)
time.sleep(1000)
"""
ROOM = "min(soft_nofile() or LOWEST_TOO_HIGH, LOWEST_TOO_HIGH) - (open_descriptors() or 0)"
RAISED = """\
10**6


import resource

hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))"""
COMING = "coming = [listener.fileno()] if len(clients) < most else []"
REFUSES = """\
coming = [listener.fileno()]
        if len(clients) >= most:
            select.select(coming, [], [], 0)
            coming = coming if False else []
            while True:
                pass"""
QUESTION = "readable, writable, _ = select.select(coming + reading, writing, [])"
POLL = """\
if len(clients) < 30:
            readable, writable, _ = select.select(coming + reading, writing, [])
        else:
            poll = select.poll()
            for one in coming + reading:
                poll.register(one, select.POLLIN)
            for one in writing:
                poll.register(one, select.POLLOUT)
            readable, writable = [one for one, _ in poll.poll()], []"""
CAUGHT = """\
import select
import time

from labs.programs.servers.echoing import Client, announce, listen

listener, clients = listen(None, None), {}
announce(listener)
while True:
    reading = [descriptor for descriptor, client in clients.items() if not client.unsent]
    writing = [descriptor for descriptor, client in clients.items() if client.unsent]
    coming = [listener.fileno()] if len(clients) < 1020 else []
    readable, writable, _ = select.select(coming + reading, writing, [])
    for descriptor in readable + writable:
        if descriptor == listener.fileno():
            try:
                client = Client(listener)
            except OSError:
                time.sleep(0.02)
                continue
            clients[client.sock.fileno()] = client
        elif not clients[descriptor].step():
            clients.pop(descriptor).sock.close()
"""
PAUSED = CAUGHT.replace("1020 else", "1020 and not full else").replace("{}\n", "{}\nfull = False\n", 1)
PAUSED = PAUSED.replace("time.sleep(0.02)", "full = True").replace(
    "sock.close()", "sock.close()\n            full = False"
)
WRONG = (
    Program("it only prints that it is ready", "server.py", PRINTS, finding="served"),
    Program("it only raises the limit", "server.py", RAISED, ROOM, "crash"),
    Program("it keeps one descriptor too many", "server.py", ROOM + " - 1", ROOM, "served"),
    Program("it counts to a round number", "server.py", "90", ROOM, "served"),
    Program(
        "full, it computes without end",
        "server.py",
        REFUSES,
        COMING,
        "those_that_are_connected_are_served_on_unless_the_loop_that_serves_them_has_ended",
    ),
    Program(
        "full, it goes on to ask",
        "server.py",
        "coming = [listener.fileno()]\n        if len(clients) >= most:\n            readable = []\n"
        "            writable, _, _ = select.select(reading, writing, [], 0)\n"
        "            for descriptor in writable:\n"
        "                if not clients[descriptor].step():\n"
        "                    clients.pop(descriptor).sock.close()\n"
        "            continue",
        COMING,
        "it_stood_still_while_it_was_full",
    ),
    Program(
        "it waits in poll while there are many",
        "server.py",
        POLL,
        QUESTION,
        "it_waits_in_select_for_all_of_its_clients",
    ),
    Program("it knows one wall alone", "server.py", "1020", ROOM, "crash"),
    Program("full, it goes on to ask, with pauses", "server.py", CAUGHT, finding="nothing_wakes_it_while_it_is_full"),
)
OTHERS = (
    Program(
        "the limit is asked from resource",
        "server.py",
        "min(__import__('resource').getrlimit(__import__('resource').RLIMIT_NOFILE)[0], 1024) - 4",
        ROOM,
    ),
    Program("accept itself tells that it is full", "server.py", PAUSED),
    Program("a room is counted down", "server.py", "coming = [listener.fileno()][: most - len(clients)]", COMING),
)
