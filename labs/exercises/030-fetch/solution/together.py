"""Fetches all pages at the same time, each in a greenlet."""

import sys

from gevent import monkey

monkey.patch_all()

from collections.abc import Sequence  # noqa: E402

from gevent.pool import Pool  # noqa: E402

from labs.programs.clients.fetching import Fetched, Page, fetch, run  # noqa: E402


def fetch_all(pages: Sequence[Page], pool: int) -> list[Fetched]:
    """What came of each page, in the order of the pages; so many at a time as `pool` says."""
    return list(Pool(pool).imap(fetch, pages))


if __name__ == "__main__":
    sys.exit(run("gevent", fetch_all, __doc__, None))
