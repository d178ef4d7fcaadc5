# replaces: together.py
"""The standard library's pool of threads: patched, its threads are greenlets."""

from gevent import monkey

monkey.patch_all()
import sys
from concurrent.futures import ThreadPoolExecutor

from labs.programs.clients.fetching import fetch, run


def fetch_all(pages, pool):
    with ThreadPoolExecutor(pool) as threads:
        return list(threads.map(fetch, pages))


sys.exit(run("gevent", fetch_all, None, None))
