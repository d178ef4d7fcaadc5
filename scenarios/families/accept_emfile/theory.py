"""How servers treat clients for which they have no descriptor, and what that costs them. Pure.

It rests on these rules:

- accept(2) fails with EMFILE and leaves the client in the listener's queue; level-triggered epoll(7) then reports the
  listener as ready at every call. So a loop that only ignores the error spins.
- libev's manual, "The special problem of accept()ing when you can't": a server that closes a reserve descriptor can
  accept one client, close it, and reopen the reserve, once per wake-up.
- CPython, Lib/asyncio/selector_events.py, _accept_connection(): the listener is not watched for a second.
- gevent, baseserver.py, _do_read(): accepting stops for 0.01 s at first, doubled at each failure, up to 1 s.
- A server that removes the listener from its epoll set wakes once more than it has room for, and then for clients only.
- Descriptors open before the first client: each server has the three streams, the listener and epoll's own. asyncio
  adds the socket pair by which other threads wake it, libev (gevent's loop) an eventfd for that, `reserve` its reserve.
"""

from dataclasses import dataclass

from scenarios.theory.descriptors import open_before_first_client


@dataclass(frozen=True)
class Acceptor:
    """`own` descriptors beside those of every loop, and whether it closes clients that it has no descriptor for."""

    own: int
    closes_excess: bool = False

    @property
    def open_before(self) -> int:
        return open_before_first_client("epoll") + self.own

    def room(self, nofile: int) -> int:
        return max(0, nofile - self.open_before)

    def shed(self, clients: int, nofile: int) -> int:
        """Clients that are accepted and closed at once; where there are none, excess clients keep waiting."""
        return max(0, clients - self.room(nofile)) if self.closes_excess else 0


ACCEPTORS = {
    "naive": Acceptor(own=0),
    "reserve": Acceptor(own=1, closes_excess=True),
    "asyncio": Acceptor(own=2),
    "gevent": Acceptor(own=1),
    "pause": Acceptor(own=0),
}
# CPU time as a share of the seconds in which no client arrives: a loop that spins takes at least the first, even on a
# busy machine, and a loop that sleeps at most the second.
SPINNING_SHARE = 0.02
IDLE_SHARE = 0.03
# A loop that spins wakes at least this many times a second; about 200,000 times on an idle machine.
WAKEUPS_PER_SECOND = 1000
