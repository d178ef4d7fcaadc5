"""Work for the processor, measured by its own clock: others who use the processor make it no less."""

import time


def compute(seconds: float) -> None:
    """Computes until this thread has had the processor for `seconds` more."""
    done = time.thread_time() + seconds
    while time.thread_time() < done:
        sum(range(200))
