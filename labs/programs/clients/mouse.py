"""Support for clients.clicker: the mouse and the keyboards of one watcher, each a connection to it."""

import random
import string

from labs.programs.clients.connecting import connect
from labs.programs.devices import ASKS, STATE, WAITS

PATIENCE = 60.0
# Seconds after the beginning, the number of clicks by then, and a key, or "".
Happening = tuple[float, int, str]


class Mouse:
    """A watcher's mouse, whose state is the last click; `watcher` is HOST:PORT/KEYBOARDS.

    A watcher that waits is sent each new state; one that asks gets the last one.
    """

    def __init__(self, watcher: str) -> None:
        address, _, keyboards = watcher.partition("/")
        host, _, port = address.rpartition(":")
        devices = [connect((host, int(port)), PATIENCE) for _ in range(1 + int(keyboards or 0))]
        self.socket, self.keyboards = devices[0], devices[1:]
        self.waits = self.socket.recv(1) == WAITS
        self.state, self.over = (0, 0.0, False), False
        self.asked, self.told, self.typed = 0, set[int](), 0

    def begin(self, moment: float) -> None:
        self.state, self.over = (0, moment, False), False
        self.socket.sendall(STATE.pack(*self.state))
        self.asked = 0

    def change(self, number: int, moment: float, *, over: bool) -> None:
        self.state = (number, moment, over)
        if self.waits:
            self.send_state()

    def type(self, key: str) -> None:
        """Types a key on the next keyboard of a watcher that waits."""
        if self.waits and self.keyboards:
            self.keyboards[self.typed % len(self.keyboards)].sendall(key.encode())
            self.typed += 1

    def answer(self) -> None:
        if self.socket.recv(1) != ASKS:
            raise ConnectionError("a watcher has gone")
        self.asked += 1
        self.send_state()

    def send_state(self) -> None:
        self.told.add(self.state[0])
        self.socket.sendall(STATE.pack(*self.state))
        self.over = self.state[2]


def draw(clicks: int, keys: int, span: float, seed: int) -> list[Happening]:
    """Random clicks and keys in their order, and the end."""
    generator = random.Random(seed)
    drawn = [(round(generator.uniform(0, span), 6), "") for _ in range(clicks)]
    drawn += [(round(generator.uniform(0, span), 6), generator.choice(string.ascii_lowercase)) for _ in range(keys)]
    happenings, clicked = [], 0
    for moment, key in sorted(drawn):
        clicked += not key
        happenings.append((moment, clicked, key))
    return [*happenings, (span, clicks, "")]
