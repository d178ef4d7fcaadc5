# replaces: together.py
# finding: a_greenlet_fetched_each_page
import sys
from concurrent.futures import ThreadPoolExecutor

from labs.programs.clients.fetching import fetch, run


def fetch_all(pages, pool):
    with ThreadPoolExecutor(pool) as threads:
        return list(threads.map(fetch, pages))


sys.exit(run("gevent", fetch_all, None, None))
