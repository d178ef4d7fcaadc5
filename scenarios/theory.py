"""What must happen: from a scenario's parameters to its predicted Outcome, with the reason. Pure; knows no engine.

The descriptor ladder (`Server`) rests on four rules: - POSIX open(2), accept(2): a new descriptor is the lowest free
number, and below the soft RLIMIT_NOFILE; else EMFILE. So a process that leaks none and has b descriptors open gives its
k-th client the number b + k - 1, and holds at most `soft` of them. - CPython, Modules/selectmodule.c, seq2set():
outside Windows a descriptor >= FD_SETSIZE raises "filedescriptor out of range in select()"; on every platform more than
FD_SETSIZE in one list raises "too many file descriptors in select()". FD_SETSIZE is 1024 in glibc, musl and macOS;
CPython for Windows compiles with 512. - Linux, fs/select.c, do_sys_poll(): poll fails only for more entries than
RLIMIT_NOFILE, which open descriptors never exceed. - epoll_create1(2) and kqueue(2): the mechanism is itself one more
descriptor.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from scenarios.errors import UsageError
from scenarios.outcome import Failure, Outcome
from scenarios.spec import Scenario

FD_SETSIZE = {"linux": 1024, "darwin": 1024, "win32": 512}
STANDARD_STREAMS = 3
LISTENERS = 1
DESCRIPTORS_PER_CLIENT = 1
# Errno and text as the C library gives them.
EMFILE = "[Errno 24] Too many open files"
FD_OUT_OF_RANGE = "filedescriptor out of range in select()"
TOO_MANY_FDS = "too many file descriptors in select()"
# The sizes of the three pages that the tutorial fetched, in bytes.
PAGE_SIZES = (48708, 478886, 55867)
# What `DefaultSelector` is: the best of kqueue, epoll, devpoll, poll, select that there is (CPython, Lib/selectors.py).
DEFAULT_SELECTOR = {"linux": "epoll", "darwin": "kqueue", "win32": "select"}
AVAILABLE = {"linux": {"select", "poll", "epoll"}, "darwin": {"select", "poll", "kqueue"}, "win32": {"select"}}


class Prediction(BaseModel):
    """What must happen and one sentence of why.

    `descriptors` is what the server has open before its first client (None: unknown).
    """

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    reason: str
    descriptors: int | None = None


@dataclass(frozen=True)
class Server:
    """A one-threaded server as the ladder sees it.

    `selector` is one of select, poll, epoll, kqueue; `platform` as in sys.platform; `soft` the soft RLIMIT_NOFILE (None
    where there is none, as on Windows). `open_before` counts the descriptors open before the first client, `per_client`
    those for each client.
    """

    selector: str
    platform: str
    soft: int | None
    open_before: int
    per_client: int = DESCRIPTORS_PER_CLIENT

    @property
    def until_emfile(self) -> float:
        """Clients that fit below the soft limit."""
        return math.inf if self.soft is None else max(0, (self.soft - self.open_before) // self.per_client)

    @property
    def until_out_of_range(self) -> float:
        """Clients whose descriptors select accepts by number; a client's socket is its first descriptor."""
        if self.selector != "select" or self.platform == "win32":
            return math.inf
        return max(0, math.ceil((FD_SETSIZE[self.platform] - self.open_before) / self.per_client))

    @property
    def until_too_many(self) -> float:
        """Clients that fit, with the listener, into one list of select."""
        return math.inf if self.selector != "select" else FD_SETSIZE[self.platform] - LISTENERS


def selector_on(platform: str, selector: str) -> str:
    """The mechanism behind a `--selector` on a platform; raises UsageError when the platform lacks it."""
    name = DEFAULT_SELECTOR[platform] if selector == "default" else selector
    if name not in AVAILABLE[platform]:
        have = ", ".join(sorted(AVAILABLE[platform]))
        raise UsageError(f"selector is {selector!r}: {platform} has no {name}; it has {have}")
    return name


def open_before_first_client(selector: str) -> int:
    """Descriptors of a clean server before its first client: the standard streams, the listener, and epoll's or
    kqueue's own.
    """
    return STANDARD_STREAMS + LISTENERS + (selector in ("epoll", "kqueue"))


def descend(server: Server, clients: int) -> tuple[int, str | None, str | None, str]:
    """(clients served, exception's type, its text, the reason) when `clients` come one by one and all stay.

    At equal counts EMFILE comes first: without a descriptor there is nothing that select could refuse.
    """
    rungs = (
        (
            server.until_emfile,
            "OSError",
            EMFILE,
            f"{server.open_before} descriptors are open before the first client and the soft limit is {server.soft}, "
            f"so accept has none left for client {{k}}.",
        ),
        (
            server.until_out_of_range,
            "ValueError",
            FD_OUT_OF_RANGE,
            f"client {{k}} gets a descriptor of at least {FD_SETSIZE[server.platform]}, too high for select's fd_set.",
        ),
        (
            server.until_too_many,
            "ValueError",
            TOO_MANY_FDS,
            f"client {{k}} and the listener are more than the {FD_SETSIZE[server.platform]} that select takes here.",
        ),
    )
    served, kind, message, reason = min(rungs, key=lambda rung: rung[0])
    if clients <= served:
        return clients, None, None, _room(server, clients)
    return int(served), kind, message, reason.format(k=int(served) + 1)


def _room(server: Server, clients: int) -> str:
    needed = server.open_before + clients * server.per_client
    limit = f"the soft limit is {server.soft}" if server.soft is not None else "there is no RLIMIT_NOFILE"
    if server.selector == "select":
        own = f"select takes {FD_SETSIZE[server.platform]}"
    else:
        own = f"{server.selector} has no limit of its own"
    if server.platform == "win32":
        needed = clients + LISTENERS
    return f"{clients} clients make {needed} descriptors; {limit} and {own}."


def predict(
    scenario: Scenario, platforms: Mapping[str, str], calibrated: Mapping[str, "Cost"] | None = None
) -> Prediction:
    """What must happen.

    `platforms` gives each service's sys.platform; `calibrated` each fetcher's cost once it is known.

    Raises UsageError when a parameter makes no sense on the platform.
    """
    return PREDICTIONS[scenario.outcome](scenario, platforms, calibrated or {})


def _transfers(scenario: Scenario, platforms: Mapping[str, str], _: Mapping[str, "Cost"]) -> Prediction:
    name = next(name for name in scenario.services if name in scenario.awaited("ready"))
    platform = platforms[name]
    selector = selector_on(platform, str(scenario.parameters["selector"]))
    windows = platform == "win32"
    server = Server(
        selector,
        platform,
        None if windows else scenario.services[name].nofile,
        LISTENERS if windows else open_before_first_client(selector),
    )
    served, kind, message, reason = descend(server, scenario.number("clients"))
    error = Failure(service=name, type=kind, message=message or "", at_client=served + 1) if kind else None
    return Prediction(outcome=Outcome(served=served, error=error), reason=reason, descriptors=server.open_before)


@dataclass(frozen=True)
class Cost:
    """What one fetch costs without latency, in seconds, as calibrated:

    `elapsed` on the clock (with the origin's own time), `cpu` on the client's processor.
    """

    elapsed: float
    cpu: float


# Bounds are compared with one measurement on a shared machine: room for the scheduler on both sides.
ROOM = 1.5


def fetch_seconds(mode: str, urls: int, latency: float, pool: int, cost: Cost) -> tuple[float, float]:
    """[low, high] seconds for `urls` fetches of `latency` seconds, `pool` at a time (0: all), in `mode` `serial` or
    `concurrent`.

    Serial is the sum. A pool of k takes ceil(N/k) latencies; the client's own work is done by one processor at a time,
    so it is never under N * cpu, and at most the whole N * elapsed stands beside the waiting.
    """
    rounds = urls if mode == "serial" else math.ceil(urls / (min(pool, urls) or urls))
    low = rounds * latency + (urls * cost.cpu / ROOM if mode == "serial" else 0)
    return max(low, urls * cost.cpu / ROOM), (rounds * latency + urls * cost.elapsed) * ROOM


MODES = {"serial": "serial", "threads": "concurrent", "gevent": "concurrent", "gevent-unpatched": "serial"}


def page_bytes(urls: int) -> int:
    """Bytes of the bodies of `urls` fetches, which take the three page sizes in turn."""
    return sum(PAGE_SIZES[number % len(PAGE_SIZES)] for number in range(urls))


def _fetches(scenario: Scenario, _: Mapping[str, str], calibrated: Mapping[str, Cost]) -> Prediction:
    urls, pool = scenario.number("urls"), scenario.number("pool")
    latency = float(scenario.parameters["latency"])
    fetchers = [name for name in scenario.services if name in MODES]
    seconds: dict[str, float | tuple[float, float]] = {
        name: fetch_seconds(MODES[name], urls, latency, pool, calibrated.get(name, Cost(0, 0))) for name in fetchers
    }
    rounds = math.ceil(urls / (min(pool, urls) or urls))
    times = "1 latency" if rounds == 1 else f"{rounds} latencies"
    reason = (
        f"serial waits for {urls} latencies of {latency:g} s one after another; threads and gevent wait for {times}; "
        f"unpatched gevent blocks its only thread, so it is serial."
    )
    return Prediction(outcome=Outcome(seconds=seconds, bytes=len(fetchers) * page_bytes(urls)), reason=reason)


PREDICTIONS: dict[str, Callable[[Scenario, Mapping[str, str], Mapping[str, Cost]], Prediction]] = {
    "transfers": _transfers,
    "fetches": _fetches,
}


def agrees(predicted: Outcome, measured: Outcome) -> bool:
    """Whether the measured is what was predicted: counts, errors and bytes exactly, seconds within their bounds."""
    if (predicted.served, predicted.error, predicted.bytes) != (measured.served, measured.error, measured.bytes):
        return False
    bounds, times = predicted.seconds or {}, measured.seconds or {}
    return bounds.keys() == times.keys() and all(_within(bounds[name], times[name]) for name in bounds)


def _within(bound: float | tuple[float, float], value: float | tuple[float, float]) -> bool:
    return isinstance(bound, tuple) and isinstance(value, float) and bound[0] <= value <= bound[1]
