"""Workers that compute for a while, as coroutines, threads and processes, and what each had of the processors."""

import asyncio
import json
import os
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

# Nanoseconds on a processor, nanoseconds ready to run and without one, and turns (Linux, Documentation/scheduler).
OWN_TURNS = Path("/proc/thread-self/schedstat")
OWN_THREADS = Path("/proc/self/task")
# Clocks that were read within so many seconds go together; so often at most are they read.
AT_ONCE, MOST_READINGS = 0.0005, 20
# When all processes begin, as each reads it.
BEGIN = struct.Struct("d")
# What each process tells first, when its account is there.
HERE = b"!"
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
    """Counts what this thread does; made before any begins, so that whoever is late has been queued, or slept."""

    def __init__(self) -> None:
        """Nothing was done yet."""
        self._begun, self._ran, self._queued = _clocks()
        self.pieces = 0

    def begin(self, begun: float) -> "Account":
        """When all began, by time.perf_counter(), which is one clock for all processes."""
        self._begun = begun
        return self

    def goes_on(self, seconds: float) -> bool:
        """Whether there is time for one more piece."""
        return time.perf_counter() - self._begun < seconds

    def closed(self) -> Share:
        """What it came to."""
        now, ran, queued = _clocks()
        more = None if queued is None or self._queued is None else queued - self._queued
        return Share(self.pieces, ran - self._ran, more, now - self._begun)


def _clocks() -> tuple[float, float, float | None]:
    """The time, and what this thread had so far; read again when it had to wait for a processor in between."""
    for _ in range(MOST_READINGS):
        now, ran, queued = time.perf_counter(), time.thread_time(), _queued()
        if time.perf_counter() - now < AT_ONCE:
            break
    return now, ran, queued


def _queued() -> float | None:
    """Seconds that this thread was ready to run and had no processor."""
    try:
        return int(OWN_TURNS.read_text(encoding="ascii").split()[1]) / 1e9
    except OSError:
        return None


def compute(account: Account, seconds: float) -> Share:
    """Computes until the time is over."""
    while account.goes_on(seconds):
        piece()
        account.pieces += 1
    return account.closed()


def coroutines(workers: int, seconds: float, look: Look) -> list[Share]:
    """All in one thread: whoever has done a piece lets the next one run."""

    async def work(account: Account) -> None:
        while account.goes_on(seconds):
            piece()
            account.pieces += 1
            await asyncio.sleep(0)

    async def gather() -> Share:
        look()
        account = Account().begin(time.perf_counter())
        await asyncio.gather(*(work(account) for _ in range(workers)))
        return account.closed()

    return [asyncio.run(gather())]


def threads(workers: int, seconds: float, look: Look) -> list[Share]:
    """Each in a thread of its own."""
    gate, shares, begins = threading.Event(), list[Share](), list[float]()

    def work() -> None:
        account = Account()
        gate.wait()
        shares.append(compute(account.begin(begins[0]), seconds))

    begun = [threading.Thread(target=work) for _ in range(workers)]
    for thread in begun:
        thread.start()
    look()
    begins.append(time.perf_counter())
    gate.set()
    for thread in begun:
        thread.join()
    # To have joined a thread is to know that the interpreter is done with it; the kernel may have it for a moment more,
    # and who looks then would count it.
    while OWN_THREADS.is_dir() and len(list(OWN_THREADS.iterdir())) > 1:
        time.sleep(0.001)
    return shares


def processes(workers: int, seconds: float, look: Look) -> list[Share]:
    """Each in a process of its own, which tells by a pipe what it did."""
    gate, opens = os.pipe()
    begun = [_begin(gate, seconds) for _ in range(workers)]
    for _, told in begun:
        os.read(told, len(HERE))
    look()
    os.write(opens, workers * BEGIN.pack(time.perf_counter()))
    os.close(opens)
    shares = []
    for pid, told in begun:
        with os.fdopen(told, "rb") as pipe:
            shares.append(Share(*json.load(pipe)))
        os.waitpid(pid, 0)
    os.close(gate)
    return shares


def _begin(gate: int, seconds: float) -> tuple[int, int]:
    """A process's id, and where it tells its share; it begins when it reads from the gate when all did."""
    told, tells = os.pipe()
    pid = os.fork()
    if pid:
        os.close(tells)
        return pid, told
    account = Account()
    os.write(tells, HERE)
    (begun,) = BEGIN.unpack(os.read(gate, BEGIN.size))
    os.write(tells, json.dumps(astuple(compute(account.begin(begun), seconds))).encode())
    os._exit(0)
