"""Support for watchers of devices (poll_devices, await_devices): the protocol of a device, the options, the report."""

import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labs.programs.arguments import add_address, at_least, options_of, seconds
from labs.programs.events import emit

# The number of the last click, its time by time.monotonic(), which all programs of a machine share, and whether it is
# over.
STATE = struct.Struct("!Id?")
WAITS, ASKS = b"w", b"?"


class Watch:
    """The clicks that a watcher saw, when it noticed each click, and the keys that it read and when."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.noticed: list[float] = []
        self.typed = ""
        self.pressed: list[float] = []
        self.turns = 0

    def add(self, number: int) -> None:
        """Takes a state of the mouse. A new click is seen; the clicks before it are noticed with it."""
        if number > len(self.noticed):
            self.seen.append(number)
            self.noticed += [time.monotonic()] * (number - len(self.noticed))

    def press(self, keys: bytes) -> None:
        self.typed += keys.decode("ascii", "replace")
        self.pressed += [time.monotonic()] * len(keys)


def read_state(mouse: socket.socket) -> tuple[int, float, bool]:
    """(clicks so far, time of the last one, whether it is over); raises ConnectionError when the device has gone."""
    data = mouse.recv(STATE.size, socket.MSG_WAITALL)
    if len(data) < STATE.size:
        raise ConnectionError("the mouse has gone")
    number, moment, over = STATE.unpack(data)
    return number, moment, over


@dataclass(frozen=True)
class Devices:
    """A mouse and keyboards, watched from `begin` on. `period` and `blocking` are the options, in seconds."""

    mouse: socket.socket
    keyboards: Sequence[socket.socket]
    begin: float
    period: float
    blocking: float


Watcher = Callable[[Devices, Watch], None]

# The events at the end of each stretch: the first with clicks, the second with none.
STRETCHES = ("watched", "idled")


def run(watcher: Watcher, word: bytes, description: str | None, arguments: Sequence[str] | None = None) -> None:
    """Accepts the devices, watches and reports twice, as STRETCHES says, then stays until it is ended.

    `word` says to the mouse whether this watcher waits or asks.
    """
    parser = options_of(description)
    add_address(parser)
    parser.add_argument("--period", type=seconds, default=0.25, help="seconds from one poll to the next")
    parser.add_argument("--keyboards", type=at_least(0), default=0, help="devices beside the mouse")
    parser.add_argument("--blocking", type=seconds, default=0.2, help="seconds that reading a silent device blocks")
    options = parser.parse_args(arguments)

    listener = socket.create_server((options.host, options.port))
    emit("ready", port=listener.getsockname()[1], platform=sys.platform)
    devices = [listener.accept()[0] for _ in range(1 + options.keyboards)]
    mouse, keyboards = devices[0], devices[1:]
    mouse.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    mouse.sendall(word)
    for stretch in STRETCHES:
        _, begin, _ = read_state(mouse)
        watch = Watch()
        watcher(Devices(mouse, keyboards, begin, options.period, options.blocking), watch)
        noticed, pressed = ([round(one - begin, 5) for one in some] for some in (watch.noticed, watch.pressed))
        emit(stretch, seen=watch.seen, noticed=noticed, typed=watch.typed, pressed=pressed, turns=watch.turns)
    listener.accept()
