"""Support for fetch_*.py, which differ only in how they wait: the options, one fetch, the calibration, the report."""

import argparse
import hashlib
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from socket import gethostbyname, socket  # names that a later patch of the module does not change here

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.events import checkpoint, emit
from labs.programs.pages import digest

# Bytes that are read at once.
CHUNK = 64 * 1024
# Fetches the pages, so many at a time.
FetchAll = Callable[[Sequence["Page"], int], Iterable["Fetched"]]


@dataclass(frozen=True)
class Page:
    """A page of the origin at `place` (host and port), `latency` seconds away, counted as served `to` a fetcher."""

    place: tuple[str, int]
    number: int
    latency: float
    to: str = ""

    @property
    def request(self) -> bytes:  # after HTTP/1.0 the origin ends the connection where the page ends
        return f"GET /page?number={self.number}&latency={self.latency}&to={self.to} HTTP/1.0\r\n\r\n".encode()


@dataclass(frozen=True)
class Fetched:
    """The number of bytes, whether they are the right ones, and the times of the fetch."""

    count: int
    right: bool
    begun: float
    ended: float


def fetch(page: Page) -> Fetched:
    begun = time.perf_counter()
    answer = b""
    with socket() as sock:
        sock.connect(page.place)
        sock.sendall(page.request)
        while data := sock.recv(CHUNK):
            answer += data
    return checked(page, body_of(answer), begun)


def body_of(answer: bytes) -> bytes:
    """The bytes after the head of an HTTP answer."""
    return answer.partition(b"\r\n\r\n")[2]


def checked(page: Page, body: bytes, begun: float) -> Fetched:
    """The result of a page whose body has just come; `begun` is by time.perf_counter()."""
    ended = time.perf_counter()
    return Fetched(len(body), hashlib.sha256(body).hexdigest() == digest(page.number), begun, ended)


def run(name: str, fetch_all: FetchAll, description: str | None, arguments: Sequence[str] | None = None) -> int:
    """Calibrates, fetches with `fetch_all(pages, pool)`, reports; returns 0 when every body was right."""
    options = parse(description, arguments)
    # Looked up once, before anything is timed. (gevent looks names up in its own threads; that works under Wine too.)
    place = gethostbyname(options.origin), options.port
    pages = [Page(place, number, options.latency, name) for number in range(options.urls)]
    emit("ready", platform=sys.platform, fetcher=name)
    for page in pages:
        digest(page.number)
    elapsed, cpu = calibrate(fetch_all, [replace(page, latency=0.0) for page in pages])
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
    """(elapsed, cpu): the mean seconds of one fetch without latency, on the clock and on the processor.

    The pages are fetched one at a time, by the fetcher's own means. The mean is over the same URLs, as their sizes
    differ, and the median over three rounds, so that one pause of the machine does not count.
    """
    rounds = []
    for _ in range(3):
        clock, cpu = time.perf_counter(), time.process_time()
        list(fetch_all(pages, 1))
        rounds.append(((time.perf_counter() - clock) / len(pages), (time.process_time() - cpu) / len(pages)))
    return statistics.median(elapsed for elapsed, _ in rounds), statistics.median(cpu for _, cpu in rounds)


def parse(description: str | None, arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = options_of(description)
    parser.add_argument("--from", dest="origin", default="127.0.0.1", metavar="HOST", help="the origin server")
    parser.add_argument("--port", type=at_least(1), default=8001, help="the origin's port")
    parser.add_argument("--urls", type=at_least(1), default=6, help="how many URLs to fetch")
    parser.add_argument("--latency", type=seconds, default=0.3, help="seconds that the origin waits before each answer")
    parser.add_argument("--pool", type=at_least(0), default=0, help="fetches at a time; 0 means all")
    return parser.parse_args(arguments)
