"""What becomes of clients for whom a server has no descriptor, and what that costs the server. Pure.

It rests on these rules:

- accept(2) fails with EMFILE and leaves the client in the listener's queue; epoll(7), level-triggered, says at every
  call that the listener is ready. So who only ignores the error is woken without end.
- libev's manual, "The special problem of accept()ing when you can't": with a reserve descriptor given up for a moment
  the client can be accepted and closed, one for each time that the loop is woken.
- CPython, Lib/asyncio/selector_events.py, _accept_connection(): the listener is left alone for a second.
- gevent, baseserver.py, _do_read(): accepting stops for 0.01 s at first, doubled at each failure, up to 1 s.
- Descriptors open before the first client: three streams, the listener and epoll's own in each; asyncio adds the
  socket pair by which other threads wake it, libev (gevent's loop) an eventfd for the same, `reserve` its reserve.
"""

from dataclasses import dataclass

from scenarios.theory.descriptors import open_before_first_client


@dataclass(frozen=True)
class Acceptor:
    """A way to accept: the descriptors that it has beside those of every loop, and whether it sheds who has no room."""

    own: int
    sheds: bool = False

    @property
    def open_before(self) -> int:
        """Descriptors that are open before the first client."""
        return open_before_first_client("epoll") + self.own

    def room(self, nofile: int) -> int:
        """Clients that can be served at the same time."""
        return max(0, nofile - self.open_before)

    def shed(self, clients: int, nofile: int) -> int:
        """Clients that are sent away; the others without room go on waiting."""
        return max(0, clients - self.room(nofile)) if self.sheds else 0


ACCEPTORS = {
    "naive": Acceptor(own=0),
    "reserve": Acceptor(own=1, sheds=True),
    "asyncio": Acceptor(own=2),
    "gevent": Acceptor(own=1),
}
# Of the seconds in which nobody comes: what a loop burns at least that is never still, on a machine with much to do,
# and at most one that does.
BURNT = 0.02
SPARED = 0.03
# Such a loop is woken for nothing this many times a second at least; some 200,000 times on an idle machine.
WAKEUPS_PER_SECOND = 1000
