"""Parameters and mutants of fetch."""

from tests.mutants import Drawn, Mutant

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
THREADS = """\"\"\"A thread pool under another name.\"\"\"
import sys
from labs.programs.clients.fetch_threads import fetch_all
from labs.programs.clients.fetching import run
sys.exit(run("NAME", fetch_all, __doc__))
"""
CACHES = """\"\"\"Fetches each page once, and then only takes the time.\"\"\"
import sys, time
from labs.programs.clients.fetching import fetch, run
known = {}
def fetch_all(pages, pool):
    if pages[0].latency:
        begun = time.perf_counter()
        time.sleep(pages[0].latency)
        return [type(one)(one.count, one.right, begun, time.perf_counter()) for one in known.values()]
    known.update({page.number: fetch(page) for page in pages})
    return list(known.values())
sys.exit(run("threads", fetch_all, __doc__))
"""
SERIALLY = """\"\"\"No greenlets.\"\"\"
import sys
from labs.programs.clients.fetch_serial import fetch_all
from labs.programs.clients.fetching import run
sys.exit(run("gevent-unpatched", fetch_all, __doc__))
"""
CLAIMS = """\"\"\"A thread pool that also prints the report of the lab's own program.\"\"\"
import sys
from labs.programs.clients.fetch_threads import fetch_all
from labs.programs.clients.fetching import run
from labs.programs.events import emit
emit("observed", switches=99, greenlets=16, connecting=16, elsewhere=0, lines=[], seal="")
status = run("gevent", fetch_all, __doc__)
emit("observed", switches=99, greenlets=16, connecting=16, elsewhere=0, lines=[], seal="")
sys.exit(status)
"""
POOL = "list(Pool(pool).imap(fetch, pages))"
MUTANTS = (
    Mutant(
        "gevent is a thread pool", "fetch-two", "clients.fetch_gevent", THREADS.replace("NAME", "gevent"), given=FEW
    ),
    Mutant("asyncio is a thread pool", "fetch", "clients.fetch_asyncio", THREADS.replace("NAME", "asyncio"), given=FEW),
    Mutant("a thread pool prints what a watcher would", "fetch-two", "clients.fetch_gevent", CLAIMS, given=FEW),
    Mutant("the pages are kept, and not fetched again", "fetch", "clients.fetch_threads", CACHES, given=FEW),
    Mutant("the unpatched one has no greenlets", "fetch", "clients.fetch_gevent_unpatched", SERIALLY, given=FEW),
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
    Mutant(
        "it is patched and fetches one page at a time",
        "fetch",
        "clients.fetch_gevent_unpatched",
        "import sys\n"
        "from collections.abc import Iterable, Sequence\n"
        "\n"
        "from gevent import monkey\n"
        "\n"
        "monkey.patch_all()\n"
        "import gevent.pool\n"
        "\n"
        "POOL = gevent.pool.Pool\n"
        "gevent.pool.Pool = lambda _: POOL(1)\n",
        "import sys\nfrom collections.abc import Iterable, Sequence\n",
    ),
    Mutant(
        "asyncio fetches for gevent",
        "fetch-two",
        "clients.fetch_gevent",
        '"""Tasks of asyncio, and gevent is only there."""\n'
        "import sys\n"
        "from gevent import monkey\n"
        "from labs.programs.clients.fetch_asyncio import fetch_all\n"
        "from labs.programs.clients.fetching import run\n"
        'sys.exit(run("gevent", fetch_all, __doc__))\n',
    ),
)
