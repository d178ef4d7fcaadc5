"""Support for switch_*.py, which hand control to another task and get it back: the options, the rounds, the report."""

import os
import sys
import threading
import time
from collections.abc import Callable
from inspect import CO_GENERATOR

from labs.programs.arguments import at_least, options_of
from labs.programs.demos.stay_alive import stay_alive
from labs.programs.events import emit

NOWHERE = os.open(os.devnull, os.O_WRONLY)
TURN = b"t"


# What called show(): `generator`, `greenlet`, `thread`, or `function`.
SHOWN: set[str] = set()


def show() -> None:
    """A system call that writes: the kernel counts it (proc(5), /proc/PID/io), so that the lab can count turns."""
    os.write(NOWHERE, TURN)
    library = sys.modules.get("greenlet")
    if sys._getframe(1).f_code.co_flags & CO_GENERATOR:
        SHOWN.add("generator")
    elif threading.current_thread() is not threading.main_thread():
        SHOWN.add("thread")
    else:
        SHOWN.add("greenlet" if library and library.getcurrent().parent else "function")


def run(take_turns: Callable[[int, bool], int], description: str | None, other: int | None = None) -> None:
    """Calls `take_turns(turns, shows)` in each round and reports its seconds; then stays.

    `take_turns` returns how often the other task had its turn. If `shows`, as in one more round at the end, the other
    task makes a system call in each turn that writes. `other` is the other process's id, if there is one.
    """
    parser = options_of(description)
    parser.add_argument("--turns", type=at_least(1), default=1500, help="turns of the other task in a round")
    parser.add_argument("--rounds", type=at_least(1), default=5, help="rounds to measure")
    options = parser.parse_args()
    seconds, had = [], 0
    for _ in range(options.rounds):
        begun = time.perf_counter()
        had += take_turns(options.turns, False)
        seconds.append(time.perf_counter() - begun)
    take_turns(options.turns, True)
    emit("switched", seconds=seconds, turns=had, other=other, shown=sorted(SHOWN))
    stay_alive()
