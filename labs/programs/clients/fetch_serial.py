"""Fetches one URL after another: the time is the sum of all waiting.

python -m labs.programs.clients.fetch_serial --from 127.0.0.1 --port 8001 --urls 6 --latency 0.3
"""

import sys
from collections.abc import Iterable, Sequence

from labs.programs.clients.fetching import Fetched, Page, fetch, run


def fetch_all(pages: Sequence[Page], _: int) -> Iterable[Fetched]:
    """Waits for each answer before asking for the next."""
    return [fetch(page) for page in pages]


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when every page came whole."""
    return run("serial", fetch_all, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
