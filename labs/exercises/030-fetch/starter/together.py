"""Fetches pages concurrently, each in a greenlet. The lab's fetch() does what yours in serially.py does."""

import sys

# TODO 2: patch before the import of `fetching`. It imports the name `socket`, and keeps the class that it got.
from collections.abc import Sequence

from labs.programs.clients.fetching import Fetched, Page, fetch, run


def fetch_all(pages: Sequence[Page], pool: int) -> list[Fetched]:
    """Fetches all pages, `pool` at a time, and returns the results in the order of the pages."""
    # TODO 3: fetch the pages in greenlets, and never more than `pool` at a time (gevent.pool.Pool).
    return [fetch(page) for page in pages]


if __name__ == "__main__":
    sys.exit(run("gevent", fetch_all, __doc__))
