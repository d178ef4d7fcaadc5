"""Fetches one page after the other."""

import sys
from collections.abc import Sequence

from labs.programs.clients.fetching import Fetched, Page, fetch, run


def fetch_all(pages: Sequence[Page], _pool: int) -> list[Fetched]:
    """What came of each page; fetch(page) asks for one and waits until it is there."""
    # TODO 1: these are not all of them.
    return [fetch(page) for page in pages[:1]]


if __name__ == "__main__":
    sys.exit(run("serial", fetch_all, __doc__, None))
