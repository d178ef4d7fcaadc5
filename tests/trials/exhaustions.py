"""What exhaustions are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {
    "accept-emfile": {"clients": ("150", "400"), "nofile": ("24", "120"), "hold": ("1", "3")},
    "accept-reserve": {"clients": ("150", "400"), "nofile": ("24", "120"), "hold": ("1", "3")},
}
FEW = {"clients": "60", "nofile": "32", "hold": "1"}
MUTANTS = (
    Mutant(
        "who holds a reserve burns the processor",
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
        "it sheds some for whom it has room",
        "accept-emfile",
        "servers.accepting",
        "if (client := accept(listener, counts)) and client.fileno() % 2:",
        "if client := accept(listener, counts):",
        FEW,
    ),
    Mutant(
        "asyncio's pause is a blink",
        "accept-emfile",
        "servers.accept_asyncio",
        "    __import__('asyncio.constants').constants.ACCEPT_RETRY_DELAY = 0.0001\n    asyncio.run(",
        "    asyncio.run(",
        FEW,
    ),
)
