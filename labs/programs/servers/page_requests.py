"""Support for servers.origin: the requests that it understands, and what it has served, and how much at a time."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from labs.programs.arguments import seconds

# By fetcher, latency and number.
served: defaultdict[str, defaultdict[float, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
# The most requests of a fetcher that have waited at the same time, by latency.
most: defaultdict[str, Counter[float]] = defaultdict(Counter)
_waiting: Counter[tuple[str, float]] = Counter()


@contextmanager
def waiting(fetcher: str, latency: float) -> Iterator[None]:
    """Counts a request among those that wait, until the block is left."""
    _waiting[fetcher, latency] += 1
    most[fetcher][latency] = max(most[fetcher][latency], _waiting[fetcher, latency])
    try:
        yield
    finally:
        _waiting[fetcher, latency] -= 1


def counts(head: bytes) -> object:
    """The value that a request for the counts asks for; None for any other request."""
    reports = {b"GET /served ": served, b"GET /most ": most}
    return next((found for begin, found in reports.items() if head.startswith(begin)), None)


def asked(head: bytes) -> tuple[int, float, str]:
    """The page's number, the latency in seconds, and the fetcher, which need not be named.

    Raises ValueError or KeyError for any other request.
    """
    method, target, _ = head.decode("ascii").split(" ", 2)
    if method != "GET":
        raise ValueError(f"{method} instead of GET")
    query = parse_qs(urlsplit(target).query)
    return int(query["number"][0]), seconds(query["latency"][0]), query.get("to", [""])[0]
