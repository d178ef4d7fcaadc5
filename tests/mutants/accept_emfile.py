"""Parameters and mutants of accept_emfile."""

from tests.mutants import Drawn, Mutant

DRAWN: Drawn = {
    "accept-emfile": {"clients": ("150", "400"), "nofile": ("24", "120"), "hold": ("1", "3")},
    "accept-reserve": {"clients": ("150", "400"), "nofile": ("24", "120"), "hold": ("1", "3")},
    "accept-pause": {"clients": ("150", "400"), "nofile": ("24", "120"), "hold": ("1", "3")},
}
FEW = {"clients": "60", "nofile": "32", "hold": "1"}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import emit
emit("ready", platform="linux", descriptors=5, nofile=32)
input()
'''
MUTANTS = (
    Mutant("a server only prints", "accept-emfile", "servers.accept_asyncio", PRINTS, given=FEW),
    Mutant(
        "the naive loop only says how often it was woken",
        "accept-emfile",
        "servers.accept_naive",
        "counts.wakeups += 100_000\n        __import__('time').sleep(0.2)",
        "counts.failed += 1",
        FEW,
    ),
    Mutant(
        "the pausing server does not pause",
        "accept-pause",
        "servers.accept_pause",
        "            pass",
        "            self.selector.unregister(self.listener)",
        FEW,
    ),
    Mutant(
        "reserve and gevent are swapped",
        "accept-emfile",
        "servers.accept_gevent",
        "from labs.programs.servers.accept_reserve import main\n\nif __name__ == '__main__':\n    main()\n",
        given=FEW,
    ),
    Mutant(
        "the reserve server spins",
        "accept-reserve",
        "servers.accepting",
        "selector.select(0)",
        "selector.select()",
        FEW,
    ),
    Mutant(
        "the naive loop sleeps when it fails",
        "accept-emfile",
        "servers.accept_naive",
        "counts.failed += 1\n        __import__('time').sleep(0.01)",
        "counts.failed += 1",
        FEW,
    ),
    Mutant(
        "the reserve is never given up",
        "accept-emfile",
        "servers.accept_reserve",
        "            return None\n            os.close(self.descriptor)",
        "            os.close(self.descriptor)",
        FEW,
    ),
    Mutant(
        "the reserve is not taken again",
        "accept-emfile",
        "servers.accept_reserve",
        "            self.descriptor = os.dup(0) if counts.shed else self.descriptor\n            counts.shed += 1",
        "            self.descriptor = os.open(os.devnull, os.O_RDONLY)\n            counts.shed += 1",
        FEW,
    ),
    Mutant(
        "it closes clients that it has room for",
        "accept-emfile",
        "servers.accepting",
        "if (client := accept(listener, counts)) and client.fileno() % 2:",
        "if client := accept(listener, counts):",
        FEW,
    ),
    Mutant(
        "asyncio's pause is far too short",
        "accept-emfile",
        "servers.accept_asyncio",
        "    __import__('asyncio.constants').constants.ACCEPT_RETRY_DELAY = 0.0001\n    asyncio.run(",
        "    asyncio.run(",
        FEW,
    ),
    Mutant(
        "the reserve server waits with poll",
        "accept-reserve",
        "servers.accepting",
        "selectors.PollSelector()",
        "selectors.DefaultSelector()",
        FEW,
    ),
    Mutant(
        "clients that left keep their descriptors",
        "accept-reserve",
        "servers.accepting",
        "client.shutdown(socket.SHUT_RDWR)\n    counts.kept = [*getattr(counts, 'kept', ()), client]\n",
        "client.close()\n",
        FEW,
    ),
    Mutant(
        "asyncio never tries again",
        "accept-emfile",
        "servers.accept_asyncio",
        "            counts.failed += 1\n            _._start_serving = lambda *a, **k: None\n",
        "            counts.failed += 1\n",
    ),
    Mutant(
        "a full server wakes 20 times a second",
        "accept-pause",
        "servers.accept_pause",
        "            full = self.listener not in self.selector.get_map()\n"
        "            for key, _ in self.selector.select(0.05 if full else None):",
        "            for key, _ in self.selector.select():",
    ),
)
