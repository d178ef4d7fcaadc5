"""Devices: a mouse that is clicked at random moments, and keyboards on which hardly anybody types.

python -m labs.programs.clients.clicker --clicks 20 --span 3 --seed 1 127.0.0.1:8001/2

The devices of each watcher are connections to it, the mouse's the first. A watcher that waits is sent each click; one
that asks, with one byte, is told the last. Both get the number of the last click, its moment, and whether it is over.
A watcher that waits is also sent the keys, at random moments, on one of its keyboards after the other. Then all of it
begins once more, and nothing is clicked and no key typed.
"""

import random
import selectors
import socket
import string
import sys
import time
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.devices import ASKS, STATE, WAITS
from labs.programs.events import checkpoint, emit

PATIENCE = 10.0
# Seconds from the last word of preparation to the beginning, so that every watcher has heard of it before, and from
# there until whoever wants to sleep sleeps.
AHEAD, ASLEEP = 0.2, 0.3
# When something comes, in seconds after the beginning: how often the mouse was clicked by then, and a key, or "".
Happening = tuple[float, int, str]


class Mouse:
    """A mouse that one watcher has: its state is the last click."""

    def __init__(self, watcher: str) -> None:
        """Connects the mouse and the keyboards, and hears whether the watcher waits or asks."""
        address, _, keyboards = watcher.partition("/")
        host, _, port = address.rpartition(":")
        devices = [socket.create_connection((host, int(port)), PATIENCE) for _ in range(1 + int(keyboards or 0))]
        for device in devices:
            device.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket, self.keyboards = devices[0], devices[1:]
        self.waits = self.socket.recv(1) == WAITS
        self.state, self.over = (0, 0.0, False), False
        self.asked, self.told, self.typed = 0, set[int](), 0

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

    def type(self, key: str) -> None:
        """A key, on the next keyboard of a watcher that waits."""
        if self.waits and self.keyboards:
            self.keyboards[self.typed % len(self.keyboards)].sendall(key.encode())
            self.typed += 1

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


def draw(clicks: int, keys: int, span: float, seed: int) -> list[Happening]:
    """So many clicks and keys, and the end, in their order."""
    generator = random.Random(seed)
    drawn = [(round(generator.uniform(0, span), 6), "") for _ in range(clicks)]
    drawn += [(round(generator.uniform(0, span), 6), generator.choice(string.ascii_lowercase)) for _ in range(keys)]
    happenings, clicked = [], 0
    for moment, key in sorted(drawn):
        clicked += not key
        happenings.append((moment, clicked, key))
    return [*happenings, (span, clicks, "")]


def click(
    mice: Sequence[Mouse], selector: selectors.BaseSelector, begin: float, happenings: Sequence[Happening]
) -> list[float]:
    """Clicks and types until the end, answering meanwhile; returns how late each was, in seconds."""
    late, due = [], list(happenings)
    while not all(mouse.over for mouse in mice):
        answer(selector, begin + due[0][0] - time.monotonic() if due else PATIENCE)
        while due and time.monotonic() >= begin + due[0][0]:
            moment, clicked, key = due.pop(0)
            for mouse in mice:
                if key:
                    mouse.type(key)
                else:
                    mouse.change(clicked, begin + moment, over=not due)
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
    click(mice, selector, begin, draw(0, 0, 0.0, 0))
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
    parser.add_argument("--keys", type=at_least(0), default=0, help="keys that are typed to a watcher that waits")
    parser.add_argument("--span", type=seconds, default=3.0, help="seconds during which it is clicked")
    parser.add_argument("--idle", type=seconds, default=2.5, help="seconds during which nothing happens, afterwards")
    parser.add_argument("--seed", type=int, default=1, help="what the moments are drawn from")
    options = parser.parse_args(arguments)

    emit("ready", platform=sys.platform)
    happenings = draw(options.clicks, options.keys, options.span, options.seed)
    mice = [Mouse(watcher) for watcher in options.watchers]
    checkpoint("connected")
    with selectors.DefaultSelector() as selector:
        for mouse in mice:
            selector.register(mouse.socket, selectors.EVENT_READ, mouse)
        late = click(mice, selector, start(mice), happenings)
        emit("clicked", late=round(max(late), 4), turns=[mouse.asked for mouse in mice],
             told=[sorted(mouse.told - {0}) for mouse in mice])  # fmt: skip
        asked = rest(mice, selector, options.idle)
    checkpoint("over", asked=asked)


if __name__ == "__main__":
    main()
