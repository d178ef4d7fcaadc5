"""Fetches all pages at the same time, each in a greenlet."""

import sys

# TODO 2: what is imported below has sockets that block the thread, unless they are patched before.
from collections.abc import Sequence

from labs.programs.clients.fetching import Fetched, Page, fetch, run


def fetch_all(pages: Sequence[Page], pool: int) -> list[Fetched]:
    """What came of each page, in the order of the pages; so many at a time as `pool` says."""
    # TODO 3: as many at the same time as `pool` says, each in a greenlet (gevent.pool.Pool).
    return [fetch(page) for page in pages]


if __name__ == "__main__":
    sys.exit(run("gevent", fetch_all, __doc__, None))
