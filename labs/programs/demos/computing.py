"""Workers that compute for a while, as coroutines, threads and processes, and what each had of the processors."""

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

# Nanoseconds on a processor, nanoseconds ready to run and without one, and turns (Linux, Documentation/scheduler).
OWN_TURNS = Path("/proc/thread-self/schedstat")
# Lets the lab look when all workers are there, and none computes yet.
Look = Callable[[], None]


@dataclass(frozen=True)
class Share:
    """What one thread did: pieces of work, and seconds on a processor, ready to run without one, and in all.

    `queued` is None where the kernel does not tell.
    """

    pieces: int
    ran: float
    queued: float | None
    lasted: float


def piece() -> int:
    """A piece of work, which needs nothing but a processor."""
    return sum(number * number for number in range(5000))


class Account:
    """Counts what this thread does, from now on."""

    def __init__(self, seconds: float) -> None:
        """It is to do so for `seconds`."""
        self._begun, self._ran, self._queued = time.perf_counter(), time.thread_time(), _queued()
        self._seconds, self.pieces = seconds, 0

    def goes_on(self) -> bool:
        """Whether there is time for one more piece."""
        return time.perf_counter() - self._begun < self._seconds

    def closed(self) -> Share:
        """What it came to."""
        ran, queued, lasted = time.thread_time(), _queued(), time.perf_counter()
        more = None if queued is None or self._queued is None else queued - self._queued
        return Share(self.pieces, ran - self._ran, more, lasted - self._begun)


def _queued() -> float | None:
    """Seconds that this thread was ready to run and had no processor."""
    try:
        return int(OWN_TURNS.read_text(encoding="ascii").split()[1]) / 1e9
    except OSError:
        return None


def compute(account: Account) -> Share:
    """Computes until the time is over."""
    while account.goes_on():
        piece()
        account.pieces += 1
    return account.closed()


def coroutines(workers: int, seconds: float, look: Look) -> list[Share]:
    """All in one thread: whoever has done a piece lets the next one run."""

    async def work(account: Account) -> None:
        while account.goes_on():
            piece()
            account.pieces += 1
            await asyncio.sleep(0)

    async def gather() -> Share:
        look()
        account = Account(seconds)
        await asyncio.gather(*(work(account) for _ in range(workers)))
        return account.closed()

    return [asyncio.run(gather())]


def threads(workers: int, seconds: float, look: Look) -> list[Share]:
    """Each in a thread of its own."""
    gate, shares = threading.Event(), list[Share]()

    def work() -> None:
        gate.wait()
        shares.append(compute(Account(seconds)))

    begun = [threading.Thread(target=work) for _ in range(workers)]
    for thread in begun:
        thread.start()
    look()
    gate.set()
    for thread in begun:
        thread.join()
    return shares


def processes(workers: int, seconds: float, look: Look) -> list[Share]:
    """Each in a process of its own, which tells by a pipe what it did."""
    gate, opens = os.pipe()
    begun = [_begin(gate, opens, seconds) for _ in range(workers)]
    look()
    os.close(opens)
    shares = []
    for pid, told in begun:
        with os.fdopen(told, "rb") as pipe:
            shares.append(Share(*json.load(pipe)))
        os.waitpid(pid, 0)
    os.close(gate)
    return shares


def _begin(gate: int, opens: int, seconds: float) -> tuple[int, int]:
    """A process's id, and where it tells its share; it begins when nobody can write to the gate any more."""
    told, tells = os.pipe()
    pid = os.fork()
    if pid:
        os.close(tells)
        return pid, told
    os.close(opens)
    os.read(gate, 1)
    os.write(tells, json.dumps(astuple(compute(Account(seconds)))).encode())
    os._exit(0)
