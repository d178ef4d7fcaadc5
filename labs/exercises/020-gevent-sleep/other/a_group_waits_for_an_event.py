"""A group starts the tasks and collects their results; each waits, with a timeout, for an event that never comes."""

import time

from gevent.event import Event
from gevent.pool import Group

from labs.programs.demos.sleeping import run

never = Event()


class Sleeper:
    def __init__(self, number: int) -> None:
        self.number = number

    def __call__(self, seconds: float) -> tuple[float, float]:
        print("task", self.number, "goes to sleep", flush=True)
        begun = time.perf_counter()
        never.wait(timeout=seconds)
        ended = time.perf_counter()
        print("task", self.number, "is back", flush=True)
        return begun, ended


def sleep_all(sleeps):
    return Group().map(lambda one: Sleeper(one[0])(one[1]), sleeps)


if __name__ == "__main__":
    run(sleep_all, __doc__)
