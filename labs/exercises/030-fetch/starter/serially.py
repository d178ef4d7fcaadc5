"""Fetches one page after the other, each with a socket of its own."""

import sys
import time
from collections.abc import Sequence
from socket import socket

from labs.programs.clients.fetching import CHUNK, Fetched, Page, body_of, checked, run


def fetch(page: Page) -> Fetched:
    """Fetches one page: connects, sends the request, and receives the answer until the server ends the connection."""
    begun = time.perf_counter()
    with socket() as sock:
        sock.connect(page.place)
        sock.sendall(page.request)
        # TODO 1: this is only the first piece of the answer. Receive until recv() returns b"".
        answer = sock.recv(CHUNK)
    return checked(page, body_of(answer), begun)


def fetch_all(pages: Sequence[Page], _pool: int) -> list[Fetched]:
    """Fetches all pages, one after the other."""
    return [fetch(page) for page in pages]


if __name__ == "__main__":
    sys.exit(run("serial", fetch_all, __doc__))
