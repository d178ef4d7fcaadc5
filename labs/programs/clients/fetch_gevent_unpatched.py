"""The same greenlets without the patch: urlopen blocks the only thread, so they wait one after another.

python -m labs.programs.clients.fetch_gevent_unpatched --from 127.0.0.1 --port 8001 --urls 6 --latency 0.3
"""

import sys
from collections.abc import Iterable, Sequence

from gevent.pool import Pool

from labs.programs.clients.fetching import Fetched, Page, fetch, run


def fetch_all(pages: Sequence[Page], pool: int) -> Iterable[Fetched]:
    """Means to wait in `pool` greenlets at a time, and cannot."""
    return list(Pool(pool).imap(fetch, pages))


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when every page came whole."""
    return run("gevent-unpatched", fetch_all, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
