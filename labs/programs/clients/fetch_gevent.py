"""Fetches with greenlets: one thread, which goes on with another greenlet whenever one waits.

python -m labs.programs.clients.fetch_gevent --from 127.0.0.1 --port 8001 --urls 6 --latency 0.3
"""

import sys

from gevent import monkey

# Before all other imports: a module that imported socket before this keeps the calls that block.
monkey.patch_all()

from collections.abc import Iterable, Sequence  # noqa: E402

from gevent.pool import Pool  # noqa: E402

from labs.programs.clients.fetching import Fetched, Page, fetch, run  # noqa: E402


def fetch_all(pages: Sequence[Page], pool: int) -> Iterable[Fetched]:
    return list(Pool(pool).imap(fetch, pages))


def main() -> int:
    return run("gevent", fetch_all, __doc__)


if __name__ == "__main__":
    sys.exit(main())
