"""Fetches pages concurrently, each in a greenlet. The lab's fetch() does what yours in serially.py does."""

import sys

from gevent import monkey

monkey.patch_all()

from collections.abc import Sequence  # noqa: E402

from gevent.pool import Pool  # noqa: E402

from labs.programs.clients.fetching import Fetched, Page, fetch, run  # noqa: E402


def fetch_all(pages: Sequence[Page], pool: int) -> list[Fetched]:
    """Fetches all pages, `pool` at a time, and returns the results in the order of the pages."""
    return list(Pool(pool).imap(fetch, pages))


if __name__ == "__main__":
    sys.exit(run("gevent", fetch_all, __doc__))
