"""Parameters and mutants of stream_bugs."""

from tests.mutants import Drawn, Mutant

DRAWN: Drawn = {
    "stream-bugs": {
        "piece": ("2", "5", "11"),
        "size": ("1MiB", "2500000", "16MiB"),
        "letters": ("x", "Abc", "e" * 200),
        "digits": ("0", "7", "999999999"),
        "idle": ("1.0", "2.5"),
    },
    "split-requests": {"piece": ("3", "11"), "letters": ("x", "Abc"), "digits": ("0", "31")},
    "tutorial-bugs": {"piece": ("2", "3", "4"), "idle": ("0.7", "1.5")},
}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import emit
emit("ready", platform="linux", descriptors=5)
input()
'''
SENDS = "            client.unsent = client.unsent[client.sock.send(client.unsent) :]\n"
WRITE = "    def write(self, client: Client) -> bool:\n"
RIGHT = "from labs.programs.servers.tutorial_correct import main\nmain()\n"
WRONG = "from labs.programs.servers.tutorial import main\nmain()\n"
# In the order and the words of theory.
TELLS = '''"""Tries nothing, and tells what came of it."""
from labs.programs.events import checkpoint, emit
wrong = {"request in pieces": "closed", "request with its body": "no answer", "two requests together": "cut short",
         "size before words": "ValueError", "size before digits": "size 52024", "slow reader": "cut short",
         "half close": "never ended", "reset": "server gone"}
checkpoint("ready", platform="linux")
for what, outcome in wrong.items():
    emit("tried", server="wrong", habit=what, outcome=outcome)
    emit("tried", server="right", habit=what, outcome="served")
checkpoint("idle")
checkpoint("awake")
emit("finished")
raise SystemExit(1)
'''
BUSY = """    import selectors

    wait = selectors.EpollSelector.select
    selectors.EpollSelector.select = lambda self, timeout=None: wait(self, 0.001)
"""
POLLS = """    import select, selectors

    def wait(self, timeout=None):
        poll = select.poll()
        for key in self.get_map().values():
            poll.register(key.fd, 1 * bool(key.events & 1) | 4 * bool(key.events & 2))
        ready = dict(poll.poll())
        return [(key, (1 if ready[key.fd] & ~4 else 0) | (2 if ready[key.fd] & ~1 else 0)) for key in
                list(self.get_map().values()) if key.fd in ready]

    selectors.EpollSelector.select = wait
"""
MUTANTS = (
    Mutant("the right one only prints", "stream-bugs", "servers.stream_correct", PRINTS),
    Mutant(
        "the right one loses what is not sent at once",
        "stream-bugs",
        "servers.stream_correct",
        SENDS + '            client.unsent = memoryview(b"")\n',
        SENDS,
    ),
    Mutant(
        "the right one always asks to write",
        "stream-bugs",
        "servers.stream_correct",
        "READ | WRITE, client)",
        "WRITE if client.unsent else READ, client)",
    ),
    Mutant(
        "the right one forgets what comes behind a request",
        "stream-bugs",
        "servers.stream_client",
        'self.came[WORD:HEADER], b""',
        "self.came[WORD:HEADER], self.came[HEADER:]",
    ),
    Mutant("its sendall is send", "stream-bugs", "servers.stream_sendall", "sock.send(", "sock.sendall("),
    Mutant(
        "what send did not take is kept",
        "stream-bugs",
        "servers.stream_one_send",
        "        return super().write(client)\n",
        '        client.sock.send(client.unsent)\n        client.unsent = memoryview(b"")\n        return True\n',
    ),
    Mutant(
        "int is given the eight digits",
        "stream-bugs",
        "servers.stream_int_of_read",
        "int(data[WORD : WORD + 8])",
        "int(data[WORD:])",
    ),
    Mutant(
        "it dies by another mistake",
        "stream-bugs",
        "servers.stream_no_unregister",
        "        client.sock.close()\n        self.selector.unregister(client.sock.fileno())\n",
        "        client.sock.close()\n",
    ),
    Mutant(
        "it sleeps between two empty reads",
        "stream-bugs",
        "servers.stream_empty_read",
        "        import time\n\n        time.sleep(0.2)\n        return True\n",
        "        return True\n",
    ),
    Mutant(
        "it asks to write only when there is something",
        "stream-bugs",
        "servers.stream_write_interest",
        "WRITE if client.unsent else READ",
        "READ | WRITE",
    ),
    Mutant("a server only prints", "tutorial-bugs", "servers.tutorial_correct", PRINTS),
    Mutant("the client only prints", "tutorial-bugs", "clients.tutorial_bugs", TELLS),
    Mutant("it makes no mistakes", "tutorial-bugs", "servers.tutorial", RIGHT),
    Mutant("the right one makes them all", "tutorial-bugs", "servers.tutorial_correct", WRONG),
    Mutant(
        "the right one loses what send did not take",
        "tutorial-bugs",
        "servers.tutorial_correct",
        "                self.sock.send(self.unsent)\n                self.unsent = memoryview(self.answer())\n",
        "                self.unsent = self.unsent[self.sock.send(self.unsent) :] or memoryview(self.answer())\n",
    ),
    Mutant(
        "the end of the stream is noticed",
        "tutorial-bugs",
        "servers.tutorial",
        "            self.selector.unregister(sock)\n            sock.close()\n            return  # Mistake 3",
        "            return  # Mistake 3",
    ),
    Mutant(
        "a reset is survived",
        "tutorial-bugs",
        "servers.tutorial",
        "                try:\n                    key.data(key.fileobj)\n                except OSError:\n"
        "                    self.selector.unregister(key.fileobj)\n",
        "                key.data(key.fileobj)\n",
    ),
    Mutant(
        "the right one asks a thousand times a second",
        "stream-bugs",
        "servers.stream_correct",
        BUSY + "    main()\n",
        "    main()\n",
    ),
    Mutant(
        "the right one of the tutorial asks a thousand times a second",
        "tutorial-bugs",
        "servers.tutorial_correct",
        BUSY + "    main()\n",
        "    main()\n",
    ),
    Mutant(
        "the right one waits with poll beside its epoll set",
        "stream-bugs",
        "servers.stream_correct",
        POLLS + "    main()\n",
        "    main()\n",
    ),
    Mutant(
        "the correct server waits for a slow reader",
        "stream-bugs",
        "servers.stream_correct",
        "",
        "        sock.setblocking(False)\n",
    ),
    Mutant(
        "the tutorial's correct server waits for a slow reader",
        "tutorial-bugs",
        "servers.tutorial_correct",
        "",
        "                sock.setblocking(False)\n",
    ),
)
