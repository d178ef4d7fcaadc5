"""The counter and the locks of the exercises: what they record, and that a lock is used as any other."""

import subprocess
import sys
import threading

from labs.programs.demos.instrumented import Ring, WatchedCounter
from scenarios.places import ROOT


def test_an_update_by_one_thread_is_not_overtaken() -> None:
    counter = WatchedCounter()
    counter.value += 1
    counter.value = counter.value + 1
    assert counter.counts() == {"reads": 2, "writes": 2, "writers": 1, "overtaken": 0, "turns": 1}


def test_a_write_is_overtaken_if_another_thread_wrote_since_its_read() -> None:
    counter = WatchedCounter()
    read = counter.value
    other = threading.Thread(target=lambda: setattr(counter, "value", counter.value + 1))
    other.start()
    other.join()
    counter.value = read + 1
    assert counter.counts() == {"reads": 2, "writes": 2, "writers": 2, "overtaken": 1, "turns": 2}


def test_a_write_of_a_number_that_its_thread_did_not_read_is_overtaken() -> None:
    counter = WatchedCounter()
    counter.value = 1
    assert counter.value == 1
    counter.value = 3
    assert counter.counts()["overtaken"] == 2


def test_a_lock_of_the_ring_is_used_as_any_other() -> None:
    lock = Ring(2).locks[1]
    assert lock.number == 1 and not lock.locked()
    with lock as got:
        assert got and lock.locked()
        assert not lock.acquire(blocking=False)
        assert not lock.acquire(timeout=0.001)
    assert lock.acquire(False)
    lock.release()
    assert not lock.locked()


def test_a_watched_program_can_use_a_pool_of_threads() -> None:
    source = "import concurrent.futures as f; print(f.ThreadPoolExecutor(1).submit(int).result())"
    watch = "import threading\nfrom labs.programs.demos.watched_locks import Locks\nthreading.Lock = Locks().make\n"
    done = subprocess.run([sys.executable, "-c", watch + source], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "0\n", done.stderr
