"""All but one thread may begin, so one lock is always free, and the circle cannot close."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait

from labs.programs.arguments import options_of
from labs.programs.demos.instrumented import Ring
from labs.programs.events import emit


def work(left, right, seats, begin, done):
    begin.wait()
    with seats:
        left.acquire()
        right.acquire()
        done.append(left.number)
        right.release()
        left.release()


parser = options_of(__doc__)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--order")
count = parser.parse_args().threads
locks, seats, done = Ring(count).locks, threading.Semaphore(count - 1), []
begin = threading.Barrier(count)
with ThreadPoolExecutor(count) as pool:
    wait([pool.submit(work, locks[n], locks[(n + 1) % count], seats, begin, done) for n in range(count)], timeout=20)
emit("ready", platform="linux", finished=len(done))
threading.Event().wait()
