"""Parameters and mutants of echo."""

from tests.mutants import Drawn, Mutant

LOOPS = ("select", "poll", "epoll", "selectors", "gevent", "asyncio", "uvloop")
DRAWN: Drawn = {
    **{
        f"echo-{name}": {"clients": ("1", "37", "90"), "nofile": ("24", "64", "600"), "size": ("1B", "5000B", "100KiB")}
        for name in LOOPS
    },
    **{
        f"echo-{name}": {"clients": ("1", "37", "90"), "nofile": ("40", "600"), "pids_limit": ("2", "30", "500")}
        for name in ("threads", "fork")
    },
    "echo-bounded": {"clients": ("30", "90", "1100"), "nofile": ("40", "600", "4096"), "size": ("1B", "100KiB")},
    "echo-serial": {"clients": ("1", "2", "40"), "size": ("1B", "100KiB")},
    "gevent-echo-100": {"clients": ("3", "150"), "size": ("1KiB", "100KiB"), "nofile": ("32", "512")},
}
SMALL = {"clients": "20", "size": "10KiB"}
FULL = {"clients": "40", "nofile": "32"}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import emit
emit("ready", platform="linux", descriptors=5, rings=0)
input()
'''
POLLS = '"""Polls."""\nfrom labs.programs.servers.echo_poll import main\nmain()\n'
ASKS = "        for descriptor, event in epoll.poll():\n"
BESIDE = """        poll = select.poll()
        for one in (listener, *(each.sock for each in clients.values())):
            poll.register(one, select.POLLIN)
        for descriptor, event in poll.poll():
"""
READS = """        self.sock.shutdown(socket.SHUT_WR)
        if more := self.receive(1):
            raise ValueError(f"{more!r} came after the end")

    def send(self, data: bytes) -> None:
        \"\"\"Sends a piece and receives it back, in however many parts.\"\"\"
        self.sock.sendall(data)
        back = b""
"""
NO_READS = """        self.sock.shutdown(socket.SHUT_WR)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)
        back = data if self.go.is_set() else b""
"""
TELLS = '''"""Connects nothing, and tells that it did."""
from labs.programs.events import checkpoint
checkpoint("ready", platform="linux", clients=20)
checkpoint("connected", clients=20, answered=True)
checkpoint("halfway")
checkpoint("finished", served=20, echoed=204961, failures=[])
'''
MUTANTS = (
    Mutant("it only prints that it is ready", "echo-epoll", "servers.echo_epoll", PRINTS, given=SMALL),
    Mutant(
        "a thread for each client serves them all",
        "echo-serial",
        "servers.echo_serial",
        "__import__('threading').Thread(target=echo, args=(sock,), daemon=True).start()",
        "echo(sock)",
    ),
    Mutant("it goes on asking", "echo-bounded", "servers.echo_bounded", "True", "len(clients) < most", FULL),
    Mutant("select is poll", "echo-select", "servers.echo_select", POLLS, given=SMALL),
    Mutant(
        "selectors chooses poll", "echo-selectors", "servers.echo_selectors", "PollSelector", "DefaultSelector", SMALL
    ),
    Mutant(
        "a thread more watches over the greenlets",
        "gevent-echo-100",
        "servers.echo_gevent",
        "    import threading\n\n    threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "    server.serve_forever()\n",
        "    server.serve_forever()\n",
        SMALL,
    ),
    Mutant(
        "it serves one client after the other",
        "echo-threads",
        "servers.echo_threads",
        "echo(sock)",
        "threading.Thread(target=echo, args=(sock,), daemon=True).start()",
        SMALL,
    ),
    Mutant(
        "the parent keeps its clients",
        "echo-fork",
        "servers.echo_fork",
        "os.dup(sock.fileno())\n        sock.close()",
        "sock.close()",
        SMALL,
    ),
    Mutant(
        "children are not reaped",
        "echo-fork",
        "servers.echo_fork",
        "pass",
        "signal.signal(number, reap)",
        SMALL,
    ),
    Mutant(
        "it sends back other bytes",
        "echo-poll",
        "servers.echoing",
        "self.unsent = self.sock.recv(CHUNK).swapcase()",
        "self.unsent = self.sock.recv(CHUNK)",
        SMALL,
    ),
    Mutant(
        "what is not sent at once is lost",
        "echo-epoll",
        "servers.echoing",
        "self.unsent = self.unsent[len(self.unsent) * self.sock.send(self.unsent[:1000]) :]",
        "self.unsent = self.unsent[self.sock.send(self.unsent) :]",
        {**SMALL, "size": "10KiB"},
    ),
    Mutant(
        "it is asyncio's loop after all",
        "echo-uvloop",
        "servers.echo_uvloop",
        "asyncio.new_event_loop",
        "uvloop.new_event_loop",
        SMALL,
    ),
    Mutant(
        "it dies of missing descriptors",
        "echo-gevent",
        "servers.echo_gevent",
        "    StreamServer.fatal_errors += (24,)\n    server.serve_forever()\n",
        "    server.serve_forever()\n",
        FULL,
    ),
    Mutant("poll is select", "echo-poll", "servers.echo_poll", POLLS.replace("poll", "select"), given=SMALL),
    Mutant("it polls beside an idle epoll set", "echo-epoll", "servers.echo_epoll", BESIDE, ASKS, SMALL),
    Mutant(
        "it asks a thousand times a second",
        "echo-epoll",
        "servers.echo_epoll",
        "in epoll.poll(0.001)",
        "in epoll.poll()",
        SMALL,
    ),
    Mutant("it never sleeps", "echo-select", "servers.echo_select", "writing, [], 0)", "writing, [])", SMALL),
    Mutant(
        "clients send no body",
        "echo-epoll",
        "clients.echo_client",
        "self.echoed += min(PIECE, self.size - begin)",
        "self.send(source.randbytes(min(PIECE, self.size - begin)))",
        SMALL,
    ),
    Mutant(
        "clients never read what comes back",
        "echo-poll",
        "clients.echo_client",
        NO_READS,
        READS,
        SMALL,
    ),
    Mutant(
        "clients come one after the other",
        "echo-asyncio",
        "clients.echo",
        "client.go.set(), client.rest.set(), client.join()",
        "client.go.set()",
        SMALL,
    ),
    Mutant("the clients only print", "echo-uvloop", "clients.echo", TELLS, given=SMALL),
    Mutant(
        "it wakes again and again",
        "echo-epoll",
        "servers.echo_epoll",
        "epoll.poll(0.03):",
        "epoll.poll():",
    ),
    Mutant(
        "its threads idle and one serves all",
        "echo-threads",
        "servers.echo_threads",
        '"""A thread for each client, of which the first serves all."""\n'
        "import queue, select, threading\n"
        "from labs.programs.servers.echoing import Client, announce, listen\n"
        "clients, poll = {}, select.poll()\n"
        "def hub():\n"
        "    while True:\n"
        "        for descriptor, _ in poll.poll(20):\n"
        "            if not clients[descriptor].step():\n"
        "                poll.unregister(descriptor)\n"
        "                client = clients.pop(descriptor)\n"
        "                client.sock.close()\n"
        "                client.gone.set()\n"
        "            else:\n"
        "                poll.modify(descriptor, select.POLLOUT if clients[descriptor].unsent else select.POLLIN)\n"
        "        if not clients and threading.active_count() == 2:\n"
        "            return\n"
        "def main():\n"
        "    listener = listen(__doc__)\n"
        "    announce(listener)\n"
        "    running = None\n"
        "    while True:\n"
        "        client = Client(listener)\n"
        "        client.gone = threading.Event()\n"
        "        clients[client.sock.fileno()] = client\n"
        "        poll.register(client.sock, select.POLLIN)\n"
        "        if running is None or not running.is_alive():\n"
        "            running = threading.Thread(target=hub, daemon=True)\n"
        "            running.start()\n"
        "        else:\n"
        "            threading.Thread(target=client.gone.wait, daemon=True).start()\n"
        "main()\n",
    ),
    Mutant(
        "it gives up a client after ten seconds",
        "echo-serial",
        "servers.echo_serial",
        "        sock.settimeout(10)\n        echo(sock)\n",
        "        echo(sock)\n",
    ),
    Mutant(
        "no client has a greenlet",
        "echo-gevent",
        "servers.echo_gevent",
        '"""Callbacks of gevent\'s loop, and no greenlet for a client."""\n'
        "import gevent\n"
        "import gevent.event\n"
        "from labs.programs.servers.echoing import Client, announce, listen\n"
        "def main():\n"
        "    listener = listen(__doc__)\n"
        "    listener.setblocking(False)\n"
        "    loop = gevent.get_hub().loop\n"
        "    def ready(client):\n"
        "        ok = client.step()\n"
        "        while ok and client.unsent:\n"
        "            ok = client.step()\n"
        "        if not ok:\n"
        "            client.watcher.stop()\n"
        "            client.watcher.close()\n"
        "            client.sock.close()\n"
        "    def accept():\n"
        "        client = Client(listener)\n"
        "        client.watcher = loop.io(client.sock.fileno(), 1)\n"
        "        client.watcher.start(ready, client)\n"
        "    keep = loop.io(listener.fileno(), 1)\n"
        "    keep.start(accept)\n"
        "    announce(listener)\n"
        "    gevent.event.Event().wait()\n"
        "main()\n",
    ),
    Mutant(
        "asyncio never tries again",
        "echo-asyncio",
        "servers.echo_asyncio",
        "    loop = asyncio.get_running_loop()\n"
        "    later = loop.call_later\n"
        "    def call_later(delay, call, *args, **more):\n"
        "        return later(delay, (lambda *_: None) if delay == 1 else call, *args, **more)\n\n"
        "    loop.call_later = call_later\n"
        "    announce(listener)\n"
        "    await",
        "    announce(listener)\n    await",
        given={"nofile": "64"},
    ),
)
