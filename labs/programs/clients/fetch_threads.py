"""Fetches with threads: each one waits by itself, and the kernel switches between them.

python -m labs.programs.clients.fetch_threads --from 127.0.0.1 --port 8001 --urls 6 --latency 0.3
"""

import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from labs.programs.clients.fetching import Fetched, Page, fetch, run


def fetch_all(pages: Sequence[Page], pool: int) -> Iterable[Fetched]:
    """Waits in `pool` threads at a time."""
    with ThreadPoolExecutor(pool) as threads:
        return list(threads.map(fetch, pages))


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when every page came whole."""
    return run("threads", fetch_all, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
