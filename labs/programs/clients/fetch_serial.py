"""Fetches one URL after another: the time is the sum of all waiting.

python -m labs.programs.clients.fetch_serial --from 127.0.0.1 --port 8001 --urls 6 --latency 0.3
"""

import sys
from collections.abc import Iterable, Sequence

from labs.programs.clients.fetching import Fetched, Page, fetch, run


def fetch_all(pages: Sequence[Page], _: int) -> Iterable[Fetched]:
    return [fetch(page) for page in pages]


def main() -> int:
    return run("serial", fetch_all, __doc__)


if __name__ == "__main__":
    sys.exit(main())
