"""A thread that cannot have its second lock at once gives up the first, and tries again after a random time."""

import random
import threading
import time

from labs.programs.arguments import options_of
from labs.programs.demos.instrumented import Ring
from labs.programs.events import emit


class Worker(threading.Thread):
    def __init__(self, left, right, done):
        super().__init__(daemon=True)
        self.left, self.right, self.done = left, right, done

    def both(self):
        self.left.acquire()
        try:
            time.sleep(0.05)
            if not self.right.acquire(blocking=False):
                return False
            self.done.append(True)
            self.right.release()
            return True
        finally:
            self.left.release()

    def run(self):
        while not self.both():
            time.sleep(random.uniform(0, 0.2))


parser = options_of(__doc__)
parser.add_argument("--threads", type=int)
parser.add_argument("--order")
count = parser.parse_args().threads
locks, done = Ring(count).locks, []
workers = [Worker(locks[number - 1], locks[number], done) for number in range(count)]
for worker in workers:
    worker.start()
end = time.monotonic() + 20
for worker in workers:
    worker.join(max(0, end - time.monotonic()))
emit("ready", platform="linux", finished=len(done))
threading.Event().wait()
