"""Where a server runs out of descriptors: the ladder from the soft limit to select's own limits. Pure.

It rests on four rules:

- POSIX open(2), accept(2): a new descriptor is the lowest free number, and below the soft RLIMIT_NOFILE; else EMFILE.
  So a process that leaks none and has b descriptors open gives its k-th client the number b + k - 1, and holds at most
  `soft` of them.
- CPython, Modules/selectmodule.c, seq2set(): outside Windows a descriptor >= FD_SETSIZE raises "filedescriptor out of
  range in select()"; on every platform more than FD_SETSIZE in one list raises "too many file descriptors in
  select()". FD_SETSIZE is 1024 in glibc, musl and macOS; CPython for Windows compiles with 512.
- Linux, fs/select.c, do_sys_poll(): poll fails only for more entries than RLIMIT_NOFILE, which open descriptors never
  exceed.
- epoll_create1(2) and kqueue(2): the mechanism is itself one more descriptor.
"""

import math
from dataclasses import dataclass

from scenarios.errors import UsageError

FD_SETSIZE = {"linux": 1024, "darwin": 1024, "win32": 512}
STANDARD_STREAMS = 3
LISTENERS = 1
DESCRIPTORS_PER_CLIENT = 1
# Errno and text as the C library gives them.
EMFILE = "[Errno 24] Too many open files"
FD_OUT_OF_RANGE = "filedescriptor out of range in select()"
TOO_MANY_FDS = "too many file descriptors in select()"
# What `DefaultSelector` is: the best of kqueue, epoll, devpoll, poll, select that there is (CPython, Lib/selectors.py).
DEFAULT_SELECTOR = {"linux": "epoll", "darwin": "kqueue", "win32": "select"}
AVAILABLE = {
    "linux": {"select", "poll", "epoll", "sliced"},
    "darwin": {"select", "poll", "kqueue", "sliced"},
    "win32": {"select", "sliced"},
}


@dataclass(frozen=True)
class Server:
    """A one-threaded server as the ladder sees it.

    `selector` is one of select, poll, epoll, kqueue, sliced (select, asked in slices); `platform` as in sys.platform;
    `soft` the soft RLIMIT_NOFILE (None where there is none, as on Windows). `open_before` counts the descriptors that
    are open before the first client, and `per_client` those that each client takes.
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
        if self.selector not in ("select", "sliced") or self.platform == "win32":
            return math.inf
        return max(0, math.ceil((FD_SETSIZE[self.platform] - self.open_before) / self.per_client))

    @property
    def until_too_many(self) -> float:
        """Clients that fit, with the listener, into one list of select."""
        return math.inf if self.selector != "select" else FD_SETSIZE[self.platform] - LISTENERS


def walls(server: Server) -> dict[str, int]:
    """Clients until each wall that there is for such a server, by the error that it runs into there."""
    rungs = {
        EMFILE: server.until_emfile,
        FD_OUT_OF_RANGE: server.until_out_of_range,
        TOO_MANY_FDS: server.until_too_many,
    }
    return {text: int(clients) for text, clients in rungs.items() if clients != math.inf}


def selector_on(platform: str, selector: str) -> str:
    """The mechanism that `selector` names on a platform; raises UsageError when the platform lacks it."""
    name = DEFAULT_SELECTOR[platform] if selector == "default" else selector
    if name not in AVAILABLE[platform]:
        have = ", ".join(sorted(AVAILABLE[platform]))
        raise UsageError(f"selector is {selector!r}: {platform} has no {name}; it has {have}")
    return name


def open_before_first_client(selector: str) -> int:
    """Descriptors of a clean server before its first client: three streams, the listener, epoll's or kqueue's own."""
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
