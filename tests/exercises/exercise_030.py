"""What fetchers are tried with."""

from tests.exercises import Program

STARTER = "crash"
PRINTS = """\
import sys
from labs.programs.events import checkpoint, emit
from labs.programs.pages import page
urls, latency = int(sys.argv[6]), float(sys.argv[8])
emit("ready", platform=sys.platform, fetcher="gevent")
checkpoint("calibrated", cost=0.005, cpu=0.005)
import time
time.sleep(latency)
count = sum(len(page(number)) for number in range(urls))
spans = [[0, latency]] * urls
emit("fetched", fetcher="gevent", urls=urls, pool=urls, seconds=latency + 0.01, bytes=count, verified=urls, spans=spans)
emit("observed", greenlets=urls, switches=99)
"""
POOL = "list(Pool(pool).imap(fetch, pages))"
THREADS = """\
import sys
from concurrent.futures import ThreadPoolExecutor

from labs.programs.clients.fetching import fetch, run


def fetch_all(pages, pool):
    with ThreadPoolExecutor(pool) as threads:
        return list(threads.map(fetch, pages))


sys.exit(run("gevent", fetch_all, None, None))
"""
BY_HAND = """\
_by_hand(pages, pool)


def _by_hand(pages, pool):
    import gevent
    from gevent.lock import Semaphore

    free = Semaphore(pool)

    def one(page):
        with free:
            return fetch(page)

    made = [gevent.spawn(one, page) for page in pages]
    gevent.joinall(made)
    return [each.get() for each in made]"""
WRONG = (
    Program("it only prints", "together.py", PRINTS, finding="each_page_had_a_greenlet"),
    Program(
        "serially it only prints",
        "serially.py",
        PRINTS.replace("time.sleep(latency)", "time.sleep(latency * urls)").replace(
            "seconds=latency", "seconds=latency * urls"
        ),
        finding="the_pages_came_over_the_network",
        in_containers=True,
    ),
    Program("nothing is patched", "together.py", "", "monkey.patch_all()\n", "seconds"),
    Program("one after the other", "together.py", "[fetch(page) for page in pages]", POOL, "seconds"),
    Program("threads in place of greenlets", "together.py", THREADS, finding="each_page_had_a_greenlet"),
    Program(
        "the threads of gevent's own pool",
        "together.py",
        "__import__('gevent').get_hub().threadpool.map(fetch, pages)",
        POOL,
        "each_page_had_a_greenlet",
    ),
    Program(
        "the serial one uses threads",
        "serially.py",
        "list(__import__('concurrent.futures').futures.ThreadPoolExecutor(9).map(fetch, pages))",
        "[fetch(page) for page in pages]",
        "seconds",
    ),
)
OTHERS = (
    Program("greenlets are spawned by hand", "together.py", BY_HAND, POOL),
    Program(
        "threads that the patch makes greenlets",
        "together.py",
        f"from gevent import monkey\n\nmonkey.patch_all()\n{THREADS}",
    ),
)
