"""Fetches with threads: each waits by itself, and the kernel switches between them.

python -m labs.programs.clients.fetch_threads --from 127.0.0.1 --port 8001 --urls 6 --latency 0.3
"""

import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from labs.programs.clients.fetching import Fetched, Page, fetch, run


def fetch_all(pages: Sequence[Page], pool: int) -> Iterable[Fetched]:
    with ThreadPoolExecutor(pool) as threads:
        return list(threads.map(fetch, pages))


def main() -> int:
    return run("threads", fetch_all, __doc__)


if __name__ == "__main__":
    sys.exit(main())
