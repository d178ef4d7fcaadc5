"""Threads that wait for one event.

python -m labs.programs.demos.footprint_threads --count 400
"""

import time
from collections.abc import Sequence
from threading import Event, Thread

from labs.programs.demos.footprint import Crowd, run


def main() -> None:
    crowd, event = Crowd(), Event()

    def wait() -> None:
        crowd.came.append(None)
        event.wait()
        crowd.go_on()

    def begin() -> Thread:
        thread = Thread(target=wait, daemon=True)
        thread.start()
        return thread

    def settle(count: int) -> None:
        while len(crowd.came) < count:
            time.sleep(0.001)

    def release(threads: Sequence[Thread]) -> None:
        event.set()
        while len(crowd.went) < len(threads):
            time.sleep(0.001)

    run(crowd, begin, settle, release, __doc__)


if __name__ == "__main__":
    main()
