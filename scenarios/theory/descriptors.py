"""Where a server runs out of descriptors: its soft limit, and select's own limits. Pure.

It rests on four rules:

- POSIX open(2), accept(2): a new descriptor gets the lowest free number below the soft RLIMIT_NOFILE; if none is free,
  the call fails with EMFILE. So a process that has b descriptors open, and leaks none, gives its k-th client the number
  b + k - 1, and has at most `soft` descriptors.
- CPython, Modules/selectmodule.c, seq2set(): outside Windows a descriptor *number* >= FD_SETSIZE raises "filedescriptor
  out of range in select()" (in C, FD_SET beyond it is undefined behaviour). On every platform more than FD_SETSIZE
  descriptors in *one list* raise "too many file descriptors in select()": 512 readers and 512 writers are allowed.
  FD_SETSIZE is 1024 in glibc, musl and macOS. Winsock's default is 64; CPython for Windows compiles with 512.
- Linux, fs/select.c, do_sys_poll(): poll fails with EINVAL for more entries than RLIMIT_NOFILE. Open descriptors exceed
  it only if the limit is lowered after they were opened.
- epoll_create1(2) and kqueue(2): the mechanism itself takes one descriptor.
"""

import math
from dataclasses import dataclass

from scenarios.errors import UsageError

FD_SETSIZE = {"linux": 1024, "darwin": 1024, "win32": 512}
STANDARD_STREAMS = 3
LISTENERS = 1
# Errno and text as the C library gives them.
EMFILE = "[Errno 24] Too many open files"
FD_OUT_OF_RANGE = "filedescriptor out of range in select()"
TOO_MANY_FDS = "too many file descriptors in select()"
# `DefaultSelector` is the first that exists of kqueue, epoll, devpoll, poll and select (CPython, Lib/selectors.py).
DEFAULT_SELECTOR = {"linux": "epoll", "darwin": "kqueue", "win32": "select"}
AVAILABLE = {
    "linux": {"select", "poll", "epoll", "sliced"},
    "darwin": {"select", "poll", "kqueue", "sliced"},
    "win32": {"select", "sliced"},
}


@dataclass(frozen=True)
class Server:
    """A single-threaded server, as far as it limits the number of clients.

    `selector` is one of select, poll, epoll, kqueue, sliced (select on slices of the list); `platform` as in
    sys.platform; `soft` the soft RLIMIT_NOFILE (None where there is none, as on Windows). `open_before` counts the
    descriptors that are open before the first client, `per_client` those that each client takes.
    """

    selector: str
    platform: str
    soft: int | None
    open_before: int
    per_client: int = 1


def limits(server: Server) -> dict[str, int]:
    """The number of clients that each limit of a server allows, by the text of the error beyond it."""
    found, size = {}, FD_SETSIZE[server.platform]
    if server.soft is not None:
        found[EMFILE] = max(0, (server.soft - server.open_before) // server.per_client)
    if server.selector in ("select", "sliced") and server.platform != "win32":
        # A client's socket is its first descriptor.
        found[FD_OUT_OF_RANGE] = max(0, math.ceil((size - server.open_before) / server.per_client))
    if server.selector == "select":
        found[TOO_MANY_FDS] = size - LISTENERS
    return found


def selector_on(platform: str, selector: str) -> str:
    """The mechanism that `selector` names on a platform; raises UsageError if the platform lacks it."""
    name = DEFAULT_SELECTOR[platform] if selector == "default" else selector
    if name not in AVAILABLE[platform]:
        have = ", ".join(sorted(AVAILABLE[platform]))
        raise UsageError(f"selector is {selector!r}: {platform} has no {name}; choose one of {have}")
    return name


def open_before_first_client(selector: str) -> int:
    """Descriptors of a server before its first client: three streams, the listener, epoll's or kqueue's own."""
    return STANDARD_STREAMS + LISTENERS + (selector in ("epoll", "kqueue"))


def first_limit(server: Server, clients: int) -> tuple[int, str | None, str | None, str]:
    """(clients served, exception's type, its text, the reason) if `clients` connect one by one and all stay."""
    allowed = limits(server)
    # At equal counts EMFILE comes first: accept fails before select sees the descriptor.
    message = min(allowed, key=lambda text: allowed[text], default=None)
    if message is None or clients <= allowed[message]:
        return clients, None, None, _room(server, clients)
    served, size = allowed[message], FD_SETSIZE[server.platform]
    client = served + 1
    reasons = {
        EMFILE: f"{server.open_before} descriptors are open before the first client and the soft limit is "
        f"{server.soft}, so accept has none left for client {client}.",
        FD_OUT_OF_RANGE: f"client {client} gets descriptor {size} or higher, too high for select's fd_set.",
        TOO_MANY_FDS: f"client {client} and the listener exceed FD_SETSIZE: one list of CPython's select takes "
        f"{size} descriptors on this platform.",
    }
    return served, "OSError" if message == EMFILE else "ValueError", message, reasons[message]


def _room(server: Server, clients: int) -> str:
    needed = server.open_before + clients * server.per_client
    limit = f"the soft limit is {server.soft}" if server.soft is not None else "this platform has no RLIMIT_NOFILE"
    if server.selector == "select":
        own = f"select takes {FD_SETSIZE[server.platform]}"
    else:
        own = f"{server.selector} has no limit at these numbers"
    if server.platform == "win32":
        needed = clients + LISTENERS
    return f"{clients} clients need {needed} descriptors; {limit} and {own}."
