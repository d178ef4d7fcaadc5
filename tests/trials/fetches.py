"""What fetches are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {
    "fetch": {"urls": ("2", "5", "9"), "latency": ("0.1", "0.2"), "pool": ("0", "1", "3")},
    "fetch-two": {"urls": ("2", "5", "9"), "latency": ("0.1", "0.2"), "pool": ("0", "1", "3")},
    "windows-fetch": {"urls": ("2", "4"), "latency": ("0.2", "0.4"), "pool": ("0", "2")},
}
FEW = {"urls": "4", "latency": "0.2"}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import emit
emit("ready", platform="linux", fetcher="gevent")
emit("calibrated", cost=0.01, cpu=0.01)
emit("fetched", fetcher="gevent", urls=4, pool=4, seconds=0.21, bytes=1, verified=4)
'''
POOL = "list(Pool(pool).imap(fetch, pages))"
MUTANTS = (
    Mutant("gevent fetches one after the other", "fetch", "clients.fetch_gevent", "list(map(fetch, pages))", POOL, FEW),
    Mutant(
        "the unpatched one is patched",
        "fetch",
        "clients.fetch_gevent_unpatched",
        "from gevent import monkey\nmonkey.patch_all()\nfrom gevent.pool import Pool\n",
        "from gevent.pool import Pool\n",
        FEW,
    ),
    Mutant(
        "asyncio awaits one fetch after the other",
        "fetch",
        "clients.fetch_asyncio",
        "[await fetch(page, free) for page in pages]",
        "await asyncio.gather(*(fetch(page, free) for page in pages))",
        FEW,
    ),
    Mutant("it only prints", "fetch", "clients.fetch_gevent", PRINTS, given=FEW),
    Mutant("it fetches only the first page", "fetch", "clients.fetch_threads", "pages[:1]", "pages", FEW),
    Mutant(
        "the origin answers at once",
        "fetch",
        "servers.origin",
        "await wait(reader, 0.0)",
        "await wait(reader, latency)",
        FEW,
    ),
)
