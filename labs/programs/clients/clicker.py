"""Devices: a mouse that is clicked at random moments, and keyboards on which nobody ever types.

python -m labs.programs.clients.clicker --clicks 20 --span 3 --seed 1 127.0.0.1:8001/2

The devices of each watcher are connections to it, the mouse's the first. A watcher that waits is sent each click; one
that asks, with one byte, is told the last. Both get the number of the last click, its moment, and whether it is over.
Then all of it begins once more, and nothing is clicked.
"""

import random
import selectors
import socket
import sys
import time
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.devices import ASKS, STATE, WAITS
from labs.programs.events import checkpoint, emit

PATIENCE = 30.0
# Seconds from the last word of preparation to the beginning, so that every watcher has heard of it before, and from
# there until whoever wants to sleep sleeps.
AHEAD, ASLEEP = 0.2, 0.3


class Mouse:
    """A mouse that one watcher has: its state is the last click."""

    def __init__(self, watcher: str) -> None:
        """Connects the mouse and the keyboards, and hears whether the watcher waits or asks."""
        address, _, keyboards = watcher.partition("/")
        host, _, port = address.rpartition(":")
        devices = [socket.create_connection((host, int(port)), PATIENCE) for _ in range(1 + int(keyboards or 0))]
        self.socket, self.keyboards = devices[0], devices[1:]
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.waits = self.socket.recv(1) == WAITS
        self.state, self.over = (0, 0.0, False), False
        self.asked, self.told = 0, set[int]()

    def begin(self, moment: float) -> None:
        """Says when it begins."""
        self.state, self.over = (0, moment, False), False
        self.socket.sendall(STATE.pack(*self.state))
        self.asked = 0

    def change(self, number: int, moment: float, *, over: bool) -> None:
        """The next state; a watcher that waits is sent it."""
        self.state = (number, moment, over)
        if self.waits:
            self.tell()

    def answer(self) -> None:
        """A watcher asks: it is told the state."""
        if self.socket.recv(1) != ASKS:
            raise ConnectionError("a watcher has gone")
        self.asked += 1
        self.tell()

    def tell(self) -> None:
        """Sends the state."""
        self.told.add(self.state[0])
        self.socket.sendall(STATE.pack(*self.state))
        self.over = self.state[2]


def click(
    mice: Sequence[Mouse], selector: selectors.BaseSelector, begin: float, moments: Sequence[float], span: float
) -> list[float]:
    """Clicks until the end, answering meanwhile; returns how late each click was, in seconds."""
    late, due = [], [*enumerate(moments, 1), (len(moments), span)]
    while not all(mouse.over for mouse in mice):
        answer(selector, begin + due[0][1] - time.monotonic() if due else PATIENCE)
        while due and time.monotonic() >= begin + due[0][1]:
            number, moment = due.pop(0)
            for mouse in mice:
                mouse.change(number, begin + moment, over=not due)
            late.append(time.monotonic() - begin - moment)
    return late


def answer(selector: selectors.BaseSelector, wait: float) -> None:
    """Answers those who ask within so many seconds, or the first of them."""
    for key, _ in selector.select(max(0.0, wait)):
        key.data.answer()


def rest(mice: Sequence[Mouse], selector: selectors.BaseSelector, idle: float) -> list[int]:
    """Nothing happens for `idle` seconds, from one look of the lab to another; returns how often each watcher asked."""
    begin = start(mice)
    stay(selector, begin + ASLEEP)
    checkpoint("still")
    before = [mouse.asked for mouse in mice]
    stay(selector, time.monotonic() + idle)
    asked = [mouse.asked - already for mouse, already in zip(mice, before, strict=True)]
    checkpoint("stirs")
    click(mice, selector, begin, (), 0.0)
    return asked


def start(mice: Sequence[Mouse]) -> float:
    """Tells everybody when it begins, and returns it."""
    begin = time.monotonic() + AHEAD
    for mouse in mice:
        mouse.begin(begin)
    return begin


def stay(selector: selectors.BaseSelector, until: float) -> None:
    """Answers whoever asks until then."""
    while (wait := until - time.monotonic()) > 0:
        answer(selector, wait)


def main(arguments: Sequence[str] | None = None) -> None:
    """Clicks; raises OSError when a watcher is not there or goes."""
    parser = options_of(__doc__)
    parser.add_argument("watchers", nargs="+", metavar="HOST:PORT/KEYBOARDS", help="who has such devices")
    parser.add_argument("--clicks", type=at_least(1), default=20, help="how often the mouse is clicked")
    parser.add_argument("--span", type=seconds, default=3.0, help="seconds during which it is clicked")
    parser.add_argument("--idle", type=seconds, default=2.5, help="seconds during which nothing happens, afterwards")
    parser.add_argument("--seed", type=int, default=1, help="what the moments are drawn from")
    options = parser.parse_args(arguments)

    emit("ready", platform=sys.platform)
    generator = random.Random(options.seed)
    moments = sorted(round(generator.uniform(0, options.span), 6) for _ in range(options.clicks))
    mice = [Mouse(watcher) for watcher in options.watchers]
    checkpoint("connected")
    with selectors.DefaultSelector() as selector:
        for mouse in mice:
            selector.register(mouse.socket, selectors.EVENT_READ, mouse)
        late = click(mice, selector, start(mice), moments, options.span)
        emit("clicked", late=round(max(late), 4), turns=[mouse.asked for mouse in mice],
             told=[sorted(mouse.told - {0}) for mouse in mice])  # fmt: skip
        asked = rest(mice, selector, options.idle)
    checkpoint("over", asked=asked)


if __name__ == "__main__":
    main()
