"""What a shared counter and a ring of locks are tried with."""

from tests.exercises import Program

STARTER = "counted"
PRINTS = """\
import sys, threading
from labs.programs.events import checkpoint, emit
workers, updates = int(sys.argv[2]), int(sys.argv[4])
emit("ready", platform="linux")
gate = threading.Event()
threads = [threading.Thread(target=gate.wait) for _ in range(workers)]
for one in threads:
    one.start()
checkpoint("counting")
gate.set()
emit("counted", value=workers * updates)
"""
PRINTS_RING = """\
import sys, threading
from labs.programs.events import emit
emit("ready", platform="linux", finished=int(sys.argv[2]))
threading.Event().wait()
"""
UPDATE = "        with lock:\n            counter.value = counter.value + 1\n"
ORDER = "first, second = sorted((left, right), key=lambda lock: lock.number)"
HELD = """\
    with first:
        with suppress(threading.BrokenBarrierError):
            have_one.wait(TOGETHER)
        with second:
            done.append(True)
"""
ONE_BY_ONE = """\
    with first:
        with suppress(threading.BrokenBarrierError):
            have_one.wait(TOGETHER)
    with second:
        done.append(True)
"""
ONE_AT_A_TIME = """\
    with everybody, first, second:
        done.append(True)


everybody = threading.Lock()
"""
WRONG = (
    Program(
        "it only prints the number", "counter.py", PRINTS, finding="every_update_was_a_read_and_a_write_by_its_thread"
    ),
    Program(
        "it only prints that all are done",
        "ring.py",
        PRINTS_RING,
        finding="each_thread_had_both_its_locks_at_the_same_time",
    ),
    Program(
        "the lock is given back between read and write",
        "counter.py",
        "        with lock:\n            read = counter.value\n        with lock:\n"
        "            counter.value = read + 1\n",
        UPDATE,
        "counted",
    ),
    Program(
        "one thread counts for all", "counter.py", "for _ in range(workers)][:1]", "for _ in range(workers)]", "counted"
    ),
    Program(
        "they are added in one go",
        "counter.py",
        "        pass\n    with lock:\n        counter.value = counter.value + updates\n",
        UPDATE,
        "every_update_was_a_read_and_a_write_by_its_thread",
    ),
    Program(
        "it has no lock, and reads where nobody looks",
        "counter.py",
        "        counter.value = counter._value + 1\n",
        UPDATE,
        "every_update_was_a_read_and_a_write_by_its_thread",
    ),
    Program("its threads end by an exception", "ring.py", "first, second = sorted((left, right))", ORDER, "raised"),
    Program("the ring stays", "ring.py", "first, second = right, left", ORDER, "finished"),
    Program("one lock after the other", "ring.py", ONE_BY_ONE, HELD, "each_thread_had_both_its_locks_at_the_same_time"),
)
OTHERS = (
    Program(
        "the lock is taken by hand",
        "counter.py",
        "        lock.acquire()\n        try:\n            counter.value += 1\n"
        "        finally:\n            lock.release()\n",
        UPDATE,
    ),
    Program("one lock more lets one thread at a time have both", "ring.py", ONE_AT_A_TIME, HELD),
    Program(
        "the last one takes them the other way round",
        "ring.py",
        "first, second = (left, right) if left.number < right.number else (right, left)",
        ORDER,
    ),
)
