"""What all fetchers share: the options, one fetch, the calibration, and the report.

The fetchers differ only in how they wait.
"""

import argparse
import hashlib
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.request import ProxyHandler, build_opener

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.events import checkpoint, emit
from labs.programs.pages import digest

# No proxy of the environment: the origin is next door.
open_url = build_opener(ProxyHandler({})).open
# Fetches pages, so many at a time, and gives what came of each.
FetchAll = Callable[[Sequence["Page"], int], Iterable["Fetched"]]


@dataclass(frozen=True)
class Page:
    """One URL to fetch, `latency` seconds away."""

    address: str
    number: int
    latency: float

    @property
    def url(self) -> str:
        """The address as urlopen takes it."""
        return f"http://{self.address}/page?number={self.number}&latency={self.latency}"


@dataclass(frozen=True)
class Fetched:
    """What came of a page: how many bytes, whether they are the right ones, and from when to when it was fetched."""

    count: int
    right: bool
    begun: float
    ended: float


def fetch(page: Page) -> Fetched:
    """Fetches one page."""
    begun = time.perf_counter()
    with open_url(page.url) as response:
        body = response.read()
    return checked(page, body, begun)


def checked(page: Page, body: bytes, begun: float) -> Fetched:
    """What came of a page whose body has just come; `begun` is of the performance counter, in seconds."""
    ended = time.perf_counter()
    return Fetched(len(body), hashlib.sha256(body).hexdigest() == digest(page.number), begun, ended)


def run(
    name: str,
    fetch_all: FetchAll,
    description: str | None,
    arguments: Sequence[str] | None,
) -> int:
    """Calibrates, fetches with `fetch_all(pages, pool)`, reports; returns 0 when every body was right."""
    options = parse(description, arguments)
    # Looked up once, before anything is timed. (gevent asks in threads of its own; they work under Wine, too.)
    address = f"{socket.gethostbyname(options.origin)}:{options.port}"
    pages = [Page(address, number, options.latency) for number in range(options.urls)]
    emit("ready", platform=sys.platform, fetcher=name)
    for page in pages:
        digest(page.number)
    elapsed, cpu = calibrate(fetch_all, [Page(page.address, page.number, 0.0) for page in pages])
    checkpoint("calibrated", cost=elapsed, cpu=cpu)

    pool = min(options.pool or options.urls, options.urls)
    begun = time.perf_counter()
    fetched = list(fetch_all(pages, pool))
    seconds = time.perf_counter() - begun
    verified = sum(one.right for one in fetched)
    emit(
        "fetched",
        fetcher=name,
        urls=options.urls,
        pool=pool,
        seconds=round(seconds, 4),
        bytes=sum(one.count for one in fetched),
        verified=verified,
        spans=[[round(one.begun - begun, 4), round(one.ended - begun, 4)] for one in fetched],
    )
    return 0 if verified == options.urls else 1


def calibrate(fetch_all: FetchAll, pages: Sequence[Page]) -> tuple[float, float]:
    """(elapsed, cpu): the mean seconds that one fetch takes without latency, on the clock and on the processor.

    They are fetched one at a time in the fetcher's own way. The mean of the same URLs, since their sizes differ; of
    three rounds the middle one, so that one hiccup of the machine does not count.
    """
    rounds = []
    for _ in range(3):
        clock, cpu = time.perf_counter(), time.process_time()
        list(fetch_all(pages, 1))
        rounds.append(((time.perf_counter() - clock) / len(pages), (time.process_time() - cpu) / len(pages)))
    return statistics.median(elapsed for elapsed, _ in rounds), statistics.median(cpu for _, cpu in rounds)


def parse(description: str | None, arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options, the same for every fetcher."""
    parser = options_of(description)
    parser.add_argument("--from", dest="origin", default="127.0.0.1", metavar="HOST", help="the origin server")
    parser.add_argument("--port", type=at_least(1), default=8001, help="the origin's port")
    parser.add_argument("--urls", type=at_least(1), default=6, help="how many URLs to fetch")
    parser.add_argument("--latency", type=seconds, default=0.3, help="seconds that the origin waits before each answer")
    parser.add_argument("--pool", type=at_least(0), default=0, help="fetches at a time; 0 is all of them")
    return parser.parse_args(arguments)
