"""Support for parallel_cpu: workers that compute for a while, as coroutines, as threads and as processes."""

import asyncio
import json
import os
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

from labs.programs.demos.cpu_time import Account, Share

OWN_THREADS = Path("/proc/self/task")
BEGIN = struct.Struct("d")  # when all processes begin, as each reads it
HERE = b"!"  # what each process writes once it is ready
Look = Callable[[], None]  # called when all workers exist and none computes yet


def piece() -> int:
    return sum(number * number for number in range(5000))


def compute(account: Account, seconds: float) -> Share:
    while account.goes_on(seconds):
        piece()
        account.pieces += 1
    return account.close()


def coroutines(workers: int, seconds: float, look: Look) -> list[Share]:
    """All in one thread: after each piece a coroutine lets the next one run. They share its time in equal parts."""

    async def work(account: Account) -> int:
        pieces = 0
        while account.goes_on(seconds):
            piece()
            pieces += 1
            await asyncio.sleep(0)
        return pieces

    async def gather() -> list[Share]:
        look()
        account = Account().begin(time.perf_counter())
        done = await asyncio.gather(*(work(account) for _ in range(workers)))
        whole = account.close()
        return [whole.part(pieces, workers) for pieces in done]

    return asyncio.run(gather())


def threads(workers: int, seconds: float, look: Look) -> list[Share]:
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
    # join() returns when the interpreter is done with a thread. The kernel may keep it for a moment more, and the lab
    # would count it.
    while OWN_THREADS.is_dir() and len(list(OWN_THREADS.iterdir())) > 1:
        time.sleep(0.001)
    return shares


def processes(workers: int, seconds: float, look: Look) -> list[Share]:
    """Each process writes its share to a pipe."""
    gate, opens = os.pipe()
    begun = [_begin(gate, seconds) for _ in range(workers)]
    for _, read_end in begun:
        os.read(read_end, len(HERE))
    look()
    os.write(opens, workers * BEGIN.pack(time.perf_counter()))
    os.close(opens)
    shares = []
    for pid, read_end in begun:
        with os.fdopen(read_end, "rb") as pipe:
            shares.append(Share(*json.load(pipe)))
        os.waitpid(pid, 0)
    os.close(gate)
    return shares


def _begin(gate: int, seconds: float) -> tuple[int, int]:
    """A process's id, and the pipe with its share. It begins once it can read from `gate` when all began."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid:
        os.close(write_end)
        return pid, read_end
    account = Account()
    os.write(write_end, HERE)
    (begun,) = BEGIN.unpack(os.read(gate, BEGIN.size))
    os.write(write_end, json.dumps(astuple(compute(account.begin(begun), seconds))).encode())
    os._exit(0)
