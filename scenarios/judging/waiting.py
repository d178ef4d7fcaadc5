"""Support for outcome checks: whether a server sleeps, in the system call of its mechanism, when it has no client."""

import time
from collections.abc import Callable

from scenarios.errors import EvidenceError, OutOfTime
from scenarios.results.sample import MECHANISMS, Sample

Look = Callable[[str], Sample | None]
SECONDS = 5.0  # within which a server has noticed that its last client left
WINDOW, PAUSE = 1.0, 0.02  # seconds in which a server's work is measured, and between two looks
# In a second a server without clients works less than this, in voluntary context switches and in seconds of CPU time.
MOST_SWITCHES, MOST_CPU = 50, 0.1
NAMES = {name for name, *_ in MECHANISMS.values()}


def emptied(look: Look, service: str, descriptors: int) -> Sample:
    """A sample of a server with no client's descriptor, thread or child left; the check fails if it keeps one.

    Raises EvidenceError if the server has ended.
    """
    until = time.monotonic() + SECONDS
    while True:
        sample = look(service)
        if sample is None:  # That it may not end is another check.
            raise EvidenceError(f"{service} cannot be looked at: it has ended")
        left = (sample.descriptors, sample.threads, sample.processes)
        if left == (descriptors, 1, 1):
            return sample
        assert time.monotonic() < until, f"{service} keeps of clients that left: {left} instead of {descriptors, 1, 1}"
        time.sleep(PAUSE)


def closes_down_to(look: Look, service: str, most: int) -> None:
    """The check fails if a server goes on to have more than `most` descriptors open; one that ended has none."""
    until = time.monotonic() + SECONDS
    while (sample := look(service)) and sample.descriptors > most:
        assert time.monotonic() < until, f"{service} has {sample.descriptors} descriptors open; at most {most} expected"
        time.sleep(PAUSE)


def what_is_left(look: Look, service: str, descriptors: int) -> str | None:
    """Descriptors, threads and processes that a server keeps of clients that left, in words; None if none.

    Raises EvidenceError if the server has ended.
    """
    try:
        emptied(look, service, descriptors)
    except AssertionError as problem:
        return str(problem)
    return None


def sleeps_in(look: Look, service: str, mechanism: str, descriptors: int) -> None:
    """Fails if an empty server waits in another mechanism than select, poll or epoll, whichever is named, or spins.

    Raises OutOfTime if no look found it waiting and it did not work either: the machine let it do neither.
    """
    first, begun = emptied(look, service, descriptors), time.monotonic()
    while time.monotonic() < begun + SECONDS:
        sample = emptied(look, service, descriptors)
        wait, passed = sample.main_wait(), time.monotonic() - begun
        if passed > WINDOW:
            assert not works(first, sample, passed), f"{service} works although it has no client"
        if wait.mechanism in NAMES and (wait.sleeps or passed > WINDOW):
            assert wait.mechanism == mechanism
            return
        time.sleep(PAUSE)
    raise OutOfTime(f"this machine is too busy: {service} never waited, and hardly ran either")


def works(before: Sample, after: Sample, seconds: float) -> bool:
    """Whether it worked more between two samples so many seconds apart than a server without clients may."""
    switches = (after.voluntary or 0) - (before.voluntary or 0)
    return switches > MOST_SWITCHES * seconds or after.cpu_seconds - before.cpu_seconds > MOST_CPU * seconds
