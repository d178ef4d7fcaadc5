"""The same greenlets without the patch: recv blocks the only thread, so they wait one after the other.

python -m labs.programs.clients.fetch_gevent_unpatched --from 127.0.0.1 --port 8001 --urls 6 --latency 0.3
"""

import sys
from collections.abc import Iterable, Sequence

from gevent.pool import Pool

from labs.programs.clients.fetching import Fetched, Page, fetch, run


def fetch_all(pages: Sequence[Page], pool: int) -> Iterable[Fetched]:
    return list(Pool(pool).imap(fetch, pages))


def main() -> int:
    return run("gevent-unpatched", fetch_all, __doc__)


if __name__ == "__main__":
    sys.exit(main())
