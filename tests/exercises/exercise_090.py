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
POLL = """\
poll = select.poll()
        for one in coming + reading:
            poll.register(one, select.POLLIN)
        for one in writing:
            poll.register(one, select.POLLOUT)
        readable, writable = [one for one, _ in poll.poll()], []"""
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
        "it waits in poll",
        "server.py",
        POLL,
        "readable, writable, _ = select.select(coming + reading, writing, [])",
        "it_waits_in_the_system_call_of_its_mechanism",
    ),
)
OTHERS = (
    Program(
        "the limit is asked from resource",
        "server.py",
        "min(__import__('resource').getrlimit(__import__('resource').RLIMIT_NOFILE)[0], 1024) - 4",
        ROOM,
    ),
    Program("a room is counted down", "server.py", "coming = [listener.fileno()][: most - len(clients)]", COMING),
)
