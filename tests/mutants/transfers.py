"""Parameters and mutants of transfers."""

from tests.mutants import Drawn, Mutant

SIZES = ("1B", "1KiB", "200KiB")
LINUX = {"clients": ("1", "37", "300"), "nofile": ("64", "256", "2000"), "size": SIZES}
WINDOWS = {"clients": ("3", "40", "520"), "size": ("1B", "8KiB")}

DRAWN: Drawn = {
    **{f"{selector}-{clients}": LINUX for selector in ("epoll", "poll", "select") for clients in (500, 1100)},
    "c10k": {
        "clients": ("2000", "6000"),
        "nofile": ("1000", "8000"),
        "selector": ("poll", "epoll"),
        "size": ("1B", "4KiB"),
    },
    "epoll-ragged": LINUX,
    "windows-500": WINDOWS,
    "windows-600": WINDOWS,
    "windows-sliced": WINDOWS,
}
SMALL = {"clients": "20", "size": "1KiB"}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import emit
emit("ready", selector="EpollSelector", platform="linux", descriptors=5)
input()
input()
'''
KEEPS = """            self.accepted += 1
            self.kept = [*getattr(self, "kept", ()), os.open(os.devnull, os.O_RDONLY)]
"""
# Selectors that have an epoll set or a poll object, and do not wait with it.
BESIDE = """class Beside(selectors.{base}):
    def __init__(self):
        super().__init__()
        self.other = selectors.{other}()

    def register(self, *given):
        self.other.register(*given)
        return super().register(*given)

    def modify(self, *given):
        self.other.modify(*given)
        return super().modify(*given)

    def unregister(self, one):
        self.other.unregister(one)
        return super().unregister(one)

    def select(self, timeout=None):
        return self.other.select(timeout)


Beside.__name__ = "{base}"
selectors.Beside = Beside

SELECTORS = {{
"""
TABLE = "SELECTORS = {\n"


def beside(scenario: str, base: str, other: str) -> Mutant:
    """A wrong program whose selector `base` lets `other` wait."""
    name = base.removesuffix("Selector").lower()
    told = BESIDE.format(base=base, other=other)
    right = f'    "{name}": "{base}",\n'
    return Mutant(
        f"an idle {base} beside a {other}",
        scenario,
        "servers.selector_option",
        told + ("" if name == "select" else SELECT) + (POLL if name == "epoll" else "") + right.replace(base, "Beside"),
        TABLE + ("" if name == "select" else SELECT) + (POLL if name == "epoll" else "") + right,
        SMALL,
    )


TOGETHER = """        downloads.set()
        for thread in threads:
            thread.halfway.wait()
        checkpoint("halfway")
        uploads.set()
"""
IN_TURN = """        checkpoint("halfway")
        uploads.set()
        for thread in threads:
            thread.conversation.transfer()
            thread.conversation.transfer = int
        downloads.set()
"""
SELECT, POLL = '    "select": "SelectSelector",\n', '    "poll": "PollSelector",\n'
TELLS = '''"""Transfers nothing, and tells that it did."""
from labs.programs.events import checkpoint, emit
checkpoint("ready", platform="linux", clients=20)
checkpoint("connected", clients=20)
checkpoint("halfway")
emit("finished", admitted=20, served=20, sent=20480, received=20480, seconds=0.1, failures=[])
'''
THREADS = '''"""A thread for each client, beside a selector that sees the listener alone."""
import selectors
import threading
from labs.programs.servers.connection import Connection
from labs.programs.servers.transfer_common import prepare
selector, listener, body, events = prepare(__doc__)
selector.register(listener, selectors.EVENT_READ)
download, lock, accepted = (b"%d\\n" % len(body), memoryview(body)), threading.Lock(), 0

def serve(sock, number):
    one = Connection(sock, number, download)
    while one.on_event(3):
        pass
    with lock:
        events.emit("closed", **one.counts())
        events.flush()
    sock.close()

while True:
    selector.select()
    accepted += 1
    threading.Thread(target=serve, args=(listener.accept()[0], accepted), daemon=True).start()
'''
LOOP = "        self.selector.register(self.listener, selectors.EVENT_READ)\n"
MUTANTS = (
    Mutant("it only prints that it is ready", "epoll-500", "servers.transfer", PRINTS, given=SMALL),
    Mutant(
        "its epoll is poll",
        "epoll-500",
        "servers.selector_option",
        '"epoll": "PollSelector"',
        '"epoll": "EpollSelector"',
        SMALL,
    ),
    Mutant(
        "it sends other bytes",
        "poll-500",
        "servers.transfer_common",
        "payload(options.seed + 1,",
        "payload(options.seed,",
        SMALL,
    ),
    Mutant(
        "it keeps a descriptor more", "select-500", "servers.transfer", KEEPS, "            self.accepted += 1\n", SMALL
    ),
    Mutant(
        "it dies at its limit for another reason",
        "epoll-500",
        "servers.transfer",
        LOOP + '        raise OSError(24, "Too many open files")\n',
        LOOP,
        {**SMALL, "nofile": "16"},
    ),
    Mutant(
        "it forgets the bytes of uploads",
        "epoll-500",
        "servers.connection",
        "            pass\n",
        "            self.received = self.received or Bodies()\n            self.received.add(item)\n",
        SMALL,
    ),
    beside("epoll-500", "EpollSelector", "PollSelector"),
    beside("poll-500", "PollSelector", "SelectSelector"),
    beside("select-500", "SelectSelector", "PollSelector"),
    Mutant(
        "a socket stays open after shutdown",
        "epoll-500",
        "servers.transfer",
        "connection.sock.shutdown(socket.SHUT_RDWR)\n        self.kept = [*getattr(self, 'kept', ()), connection.sock]",
        "connection.sock.close()",
        SMALL,
    ),
    Mutant(
        "it asks again and again", "select-500", "servers.transfer", "select(0)", "select(self.events.patience)", SMALL
    ),
    Mutant(
        "it asks a thousand times a second",
        "epoll-500",
        "servers.transfer",
        "select(0.001)",
        "select(self.events.patience)",
        SMALL,
    ),
    Mutant(
        "no request is cut or joined",
        "epoll-ragged",
        "clients.transfer",
        '"ragged": with_threads',
        '"ragged": ragged',
        SMALL,
    ),
    Mutant("clients transfer one after the other", "epoll-500", "clients.transfer_threads", IN_TURN, TOGETHER, SMALL),
    Mutant("the client only prints", "poll-500", "clients.transfer", TELLS, given=SMALL),
    Mutant("a thread for each client", "select-500", "servers.transfer", THREADS, given=SMALL),
    Mutant(
        "threads that end before the look serve",
        "epoll-500",
        "servers.transfer",
        "        import threading\n"
        "\n"
        "        wanted = []\n"
        "        thread = threading.Thread(target=lambda: wanted.append(key.data.on_event(mask)))\n"
        "        thread.start()\n"
        "        thread.join()\n"
        "        (wanted,) = wanted\n",
        "        wanted = key.data.on_event(mask)\n",
    ),
    Mutant(
        "clients leave their downloads unread",
        "epoll-500",
        "clients.transfer_client",
        "        self.line()\n"
        "        self.received = self.size\n"
        "        self.meet()\n"
        "        self.put()\n"
        '        __import__("time").sleep(0.3)\n'
        "        self.socket.shutdown(socket.SHUT_WR)\n",
        "        self.compare_download()\n"
        "        self.meet()\n"
        "        sent = self.put()\n"
        '        self.compare("the upload", self.line(), sent)\n'
        "        self.end()\n",
    ),
    Mutant(
        "it selects in slices",
        "select-500",
        "servers.selector_option",
        '    if choice == "select":\n'
        "        from labs.programs.servers import sliced_selector\n"
        "\n"
        "        sliced_selector.MOST = 100\n"
        "        return SlicedSelector()\n"
        "    return SlicedSelector()",
        "    return SlicedSelector()",
    ),
    Mutant(
        "it wakes again and again",
        "epoll-1100",
        "servers.transfer",
        "select(0.05)",
        "select(self.events.patience)",
    ),
    Mutant(
        "it polls, and raises the error of accept by hand",
        "select-1100",
        "servers.transfer",
        "            if not self.accepted:\n"
        "                self.selector = selectors.PollSelector()\n"
        "                self.selector.register(self.listener, selectors.EVENT_READ)\n"
        "            if self.accepted == 1020:\n"
        '                raise OSError(24, "Too many open files")\n'
        "            sock, _ = self.listener.accept()\n",
        "            sock, _ = self.listener.accept()\n",
    ),
    Mutant(
        "it waits for the rest of one request alone",
        "epoll-ragged",
        "servers.connection",
        '        while data and len(data) < 12 and data[-1:] != b"\\n":\n'
        "            self.cut += 1\n"
        "            self.sock.setblocking(True)\n"
        "            data += self.sock.recv(CHUNK)\n"
        "            self.sock.setblocking(False)\n"
        "        self.ended = not data\n",
        "        self.ended = not data\n",
    ),
)
