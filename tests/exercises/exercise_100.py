"""What poll and epoll servers are tried with."""

from tests.exercises import Program

STARTER = "served"
PRINTS = """\
import sys, time
from labs.programs.events import emit
emit("ready", platform=sys.platform, python="3.11.2", descriptors=4, rings=0)
time.sleep(1000)
"""
SELECT = """\
import select

from labs.programs.servers.echoing import Client, announce, listen

listener, clients = listen(None, None), {}
LIMIT
announce(listener)
while True:
    reading = [descriptor for descriptor, client in clients.items() if not client.unsent]
    writing = [descriptor for descriptor, client in clients.items() if client.unsent]
    readable, writable, _ = select.select([listener.fileno(), *reading], writing, [])
    for descriptor in readable + writable:
        if descriptor == listener.fileno():
            client = Client(listener)
            clients[client.sock.fileno()] = client
        elif not clients[descriptor].step():
            clients.pop(descriptor).sock.close()
"""
RAISED = SELECT.replace(
    "LIMIT",
    "import resource\nhard = resource.getrlimit(7)[1]\nresource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))",
)
SELECTORS = """\
import selectors

from labs.programs.servers.echoing import Client, announce, listen

listener = listen(None, None)
with selectors.KINDSelector() as selector:
    selector.register(listener, selectors.EVENT_READ)
    announce(listener)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                client = Client(listener)
                selector.register(client.sock, selectors.EVENT_READ, client)
            elif key.data.step():
                wanted = selectors.EVENT_WRITE if key.data.unsent else selectors.EVENT_READ
                selector.modify(key.data.sock, wanted, key.data)
            else:
                selector.unregister(key.data.sock)
                key.data.sock.close()
"""
WRONG = (
    Program("it only prints that it is ready", "poll_server.py", PRINTS, finding="served"),
    Program("it is select's", "poll_server.py", SELECT.replace("LIMIT", ""), finding="crash"),
    Program("it is select's, with a higher limit", "poll_server.py", RAISED, finding="crash"),
    Program("epoll is poll", "epoll_server.py", SELECTORS.replace("KIND", "Poll"), finding="descriptors"),
    Program("poll is epoll", "poll_server.py", SELECTORS.replace("KIND", "Epoll"), finding="descriptors"),
    Program(
        "who has gone stays open",
        "epoll_server.py",
        "clients[descriptor].sock.shutdown(2)",
        "clients.pop(descriptor).sock.close()",
        "nothing_of_its_clients_is_left",
    ),
)
OTHERS = (Program("selectors, with epoll below", "epoll_server.py", SELECTORS.replace("KIND", "Epoll")),)
