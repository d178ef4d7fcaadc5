"""What a select server is tried with."""

from tests.exercises import Program

STARTER = "served"
PRINTS = """\
import sys, time
from labs.programs.events import emit
emit("ready", platform=sys.platform, python="3.11.2", descriptors=4, rings=0)
time.sleep(1000)
"""
QUESTION = "readable, writable, _ = select.select([listener.fileno(), *reading], writing, [])"
POLL = """\
if not clients:
            readable, writable, _ = select.select([listener.fileno()], [], [])
        else:
            poll = select.poll()
            for one in [listener.fileno(), *reading]:
                poll.register(one, select.POLLIN)
            for one in writing:
                poll.register(one, select.POLLOUT)
            readable, writable = [one for one, _ in poll.poll()], []"""
THREADS = """\
        import threading

        from labs.programs.servers.echoing import echo

        threading.Thread(target=echo, args=(listener.accept()[0],), daemon=True).start()
        continue
        reading = []
"""
READING = "        reading = [descriptor for descriptor, client in clients.items() if not client.unsent]\n"
SELECTORS = """\
import selectors

from labs.programs.servers.echoing import Client, announce, listen

listener = listen(None, None)
with selectors.SelectSelector() as selector:
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
STEP = "            elif not clients[descriptor].step():\n                clients.pop(descriptor).sock.close()\n"
THREAD_FOR_EACH_STEP = """\
            else:
                import threading

                there = []
                one = threading.Thread(target=lambda: there.append(clients[descriptor].step()))
                one.start()
                one.join()
                if not there[0]:
                    clients.pop(descriptor).sock.close()
"""
LOOKS = """\
readable, _, _ = select.select([listener.fileno()], [], [], 0.02)
        readable, writable = readable + list(clients), []"""
WRONG = (
    Program("it only prints that it is ready", "server.py", PRINTS, finding="served"),
    Program(
        "it waits in poll while there are clients",
        "server.py",
        POLL,
        QUESTION,
        "it_waits_in_select_for_all_of_its_clients",
    ),
    Program("a thread for each client", "server.py", THREADS, READING, "crash"),
    Program("a thread for each step", "server.py", THREAD_FOR_EACH_STEP, STEP, "no_thread_came_and_went"),
    Program("it looks at all of them, often", "server.py", LOOKS, QUESTION, "a_silent_client_costs_nothing"),
    Program(
        "who has gone stays open",
        "server.py",
        "clients.pop(descriptor)",
        "clients.pop(descriptor).sock.close()",
        "served",
    ),
    Program(
        "it always asks who can be written to",
        "server.py",
        """        readable, writable, _ = select.select([listener.fileno(), *reading], list(clients), [])
        for descriptor in {*readable, *writable}:
""",
        """        writing = [descriptor for descriptor, client in clients.items() if client.unsent]
        readable, writable, _ = select.select([listener.fileno(), *reading], writing, [])
        for descriptor in readable + writable:
""",
        "a_silent_client_costs_nothing",
    ),
)
OTHERS = (Program("selectors, with select below", "server.py", SELECTORS),)
