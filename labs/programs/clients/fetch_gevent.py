"""Fetches with greenlets: one thread, which goes on with another greenlet whenever one would wait.

python -m labs.programs.clients.fetch_gevent --from 127.0.0.1 --port 8001 --urls 6 --latency 0.3
"""

import sys

from gevent import monkey

# First of all: a module that imports socket before this keeps the calls that block.
monkey.patch_all()

from collections.abc import Iterable, Sequence  # noqa: E402

from gevent.pool import Pool  # noqa: E402

from labs.programs.clients.fetching import Fetched, Page, fetch, run  # noqa: E402


def fetch_all(pages: Sequence[Page], pool: int) -> Iterable[Fetched]:
    """Waits in `pool` greenlets at a time."""
    return list(Pool(pool).imap(fetch, pages))


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when every page came whole."""
    return run("gevent", fetch_all, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
