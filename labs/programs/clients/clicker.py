"""Simulated devices: a mouse that is clicked at random moments, and keyboards with a few keystrokes.

python -m labs.programs.clients.clicker --clicks 20 --span 3 --seed 1 127.0.0.1:8001/2

Each device is a connection to its watcher, the mouse the first. A watcher that waits is sent each click; a watcher that
asks, with one byte, gets the last one. Both get the number of the last click, its time, and whether it is over. A
watcher that waits is also sent keys at random times, on its keyboards in turn. Afterwards all begins once more, without
clicks and keys.
"""

import sys
import time
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.clients.mice import BEAT, Mice
from labs.programs.clients.mouse import PATIENCE, Happening, Mouse, draw
from labs.programs.events import checkpoint, emit

ASLEEP = 0.3  # seconds from the beginning until every watcher that sleeps is asleep


def click(mice: Mice, begin: float, happenings: Sequence[Happening]) -> list[float]:
    """Clicks and types until the end, and answers meanwhile; returns how late each happening was, in seconds."""
    late, due = [], list(happenings)
    while not all(mouse.over for mouse in mice):
        mice.answer(min(begin + due[0][0] - time.monotonic(), BEAT) if due else PATIENCE)
        while due and time.monotonic() >= begin + due[0][0]:
            moment, clicked, key = due.pop(0)
            for mouse in mice:
                if key:
                    mouse.type(key)
                else:
                    mouse.change(clicked, begin + moment, over=not due)
            late.append(time.monotonic() - begin - moment)
    return late


def rest(mice: Mice, idle: float) -> list[int]:
    """Does nothing for `idle` seconds between two checkpoints; returns how often each watcher asked."""
    begin = mice.begin()
    mice.stay(begin + ASLEEP)
    checkpoint("still")
    before = [mouse.asked for mouse in mice]
    mice.stay(time.monotonic() + idle)
    asked = [mouse.asked - already for mouse, already in zip(mice, before, strict=True)]
    checkpoint("stirs")
    click(mice, begin, draw(0, 0, 0.0, 0))
    return asked


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("watchers", nargs="+", metavar="HOST:PORT/KEYBOARDS", help="the watchers")
    parser.add_argument("--clicks", type=at_least(1), default=20, help="clicks of the mouse")
    parser.add_argument("--keys", type=at_least(0), default=0, help="keys for a watcher that waits")
    parser.add_argument("--span", type=seconds, default=3.0, help="seconds during which they come")
    parser.add_argument("--idle", type=seconds, default=2.5, help="seconds of silence afterwards")
    parser.add_argument("--seed", type=int, default=1, help="seed of the random times")
    options = parser.parse_args()

    emit("ready", platform=sys.platform)
    happenings = draw(options.clicks, options.keys, options.span, options.seed)
    mice = Mice([Mouse(watcher) for watcher in options.watchers])
    checkpoint("connected")
    late = click(mice, mice.begin(), happenings)
    told = [sorted(mouse.told - {0}) for mouse in mice]
    emit("clicked", late=round(max(late), 4), turns=[mouse.asked for mouse in mice], told=told)
    asked = rest(mice, options.idle)
    checkpoint("over", asked=asked, late=round(mice.late, 4))


if __name__ == "__main__":
    main()
