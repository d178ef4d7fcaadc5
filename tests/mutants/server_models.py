"""Parameters and mutants of server_models."""

from tests.mutants import Drawn, Mutant

DRAWN: Drawn = {"server-models": {"clients": ("20", "30", "80", "200"), "rate": ("200", "600", "3000")}}
FEW = {"clients": "20"}
THREADS = '''"""Threads."""
from labs.programs.servers.echo_threads import main
main()
'''
EPOLL = '''"""Epoll."""
from labs.programs.servers.echo_epoll import main
main()
'''
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import emit
emit("ready", platform="linux", descriptors=5, rings=0)
input()
'''
# In the order of the servers below, and as dear as theory says.
TELLS = '''"""Asks nobody, and tells what a client would."""
from labs.programs.events import checkpoint, emit
names = ["select", "poll", "epoll", "selectors", "threads", "fork", "gevent", "asyncio", "uvloop"]
best = dict(zip(names, [9000, 9000, 9000, 9000, 5000, 1200, 7000, 6000, 8000]))
checkpoint("ready", platform="linux")
checkpoint("begins", moment="came 0 times")
checkpoint("came", moment="came 1 times", connections=best)
for name in names:
    emit("paced", server=name, latencies=[50000 if name == "fork" else 100] * 200)
checkpoint("empty")
checkpoint("holds", moment="asked 0 times")
checkpoint("asked", moment="asked 1 times")
checkpoint("rests")
checkpoint("rested")
emit("compared", parts=1, connections=50, requests=2000)
'''
MUTANTS = (
    Mutant("a server only prints", "server-models", "servers.echo_selectors", PRINTS, given=FEW),
    Mutant("the client only prints", "server-models", "clients.load_generator", TELLS, given=FEW),
    Mutant(
        "its epoll looks around without being asked",
        "server-models",
        "servers.echo_epoll",
        "epoll.poll(0.02):",
        "epoll.poll():",
        FEW,
    ),
    Mutant(
        "one connection of a loop takes as long as a process",
        "server-models",
        "servers.echo_select",
        "                client = Client(listener)\n                sum(range(20_000))\n",
        "                client = Client(listener)\n",
        FEW,
    ),
    Mutant(
        "uvloop forks beside its loop",
        "server-models",
        "servers.echo_uvloop",
        "    import os, time\n    os.fork() or time.sleep(60)\n    with ",
        "    with ",
        FEW,
    ),
    Mutant("fork is a thread", "server-models", "servers.echo_fork", THREADS, given=FEW),
    Mutant("gevent is threads", "server-models", "servers.echo_gevent", THREADS, given=FEW),
    Mutant("threads are a loop", "server-models", "servers.echo_threads", EPOLL, given=FEW),
    Mutant(
        "a client of the loop costs a hundred kilobytes",
        "server-models",
        "servers.echo_epoll",
        "                client = Client(listener)\n                client.wasted = b'?' * 100_000\n",
        "                client = Client(listener)\n",
        FEW,
    ),
    Mutant(
        "poll is select",
        "server-models",
        "servers.echo_poll",
        "from labs.programs.servers.echo_select import main\n\nif __name__ == '__main__':\n    main()\n",
        given=FEW,
    ),
    Mutant(
        "its threads idle and the main one serves",
        "server-models",
        "servers.echo_threads",
        '"""Threads that idle beside one loop."""\n'
        "import select, threading\n"
        "from labs.programs.servers.echoing import Client, announce, listen\n"
        "def serve(listener):\n"
        "    clients = {}\n"
        "    poll = select.poll()\n"
        "    poll.register(listener, select.POLLIN)\n"
        "    while True:\n"
        "        for descriptor, _ in poll.poll():\n"
        "            if descriptor == listener.fileno():\n"
        "                client = Client(listener)\n"
        "                client.gone = threading.Event()\n"
        "                threading.Thread(target=client.gone.wait, daemon=True).start()\n"
        "                clients[client.sock.fileno()] = client\n"
        "                poll.register(client.sock, select.POLLIN)\n"
        "            elif not clients[descriptor].step():\n"
        "                poll.unregister(descriptor)\n"
        "                client = clients.pop(descriptor)\n"
        "                client.gone.set()\n"
        "                client.sock.close()\n"
        "            else:\n"
        "                for _ in range(700): pass\n"
        "def main():\n"
        "    listener = listen(__doc__)\n"
        "    announce(listener)\n"
        "    serve(listener)\n"
        "main()\n",
    ),
    Mutant(
        "the client sends a part of the requests",
        "server-models",
        "clients.load_generator",
        "ask_together(held, REQUESTS // clients // 4)",
        "ask_together(held, REQUESTS // clients)",
    ),
    Mutant(
        "uvloop is asyncio's own loop",
        "server-models",
        "servers.echo_uvloop",
        "asyncio.new_event_loop",
        "uvloop.new_event_loop",
    ),
)
