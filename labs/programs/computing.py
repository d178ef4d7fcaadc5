"""Support for programs that compute: work measured in processor time, however busy the machine is."""

import time


def compute(seconds: float) -> None:
    """Computes until this thread has used `seconds` more of processor time."""
    done = time.thread_time() + seconds
    while time.thread_time() < done:
        sum(range(200))
