"""Checks of deadlock: each thread sleeps, does not wake, and uses no CPU."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import pytest
from testinfra.host import Host

from scenarios.errors import Unavailable
from scenarios.families.base import Prediction
from scenarios.judging.quantities import Json
from scenarios.results.evidence import Evidence, ServiceEvidence

# The argument of the system call futex that is its timeout: 0 without one.
FUTEX_TIMEOUT = 3
# Seconds of CPU time that the lab's own look may add.
STILL = 0.05
# Seconds without a wake-up: a thread that keeps retrying wakes much sooner.
FOR = 0.3


def tasks(host: Host, service: ServiceEvidence) -> dict[str, tuple[str, int]]:
    """By thread: (state, voluntary context switches), as the kernel counts them."""
    said = host.run(f"cat /proc/{service.pid}/task/*/status")
    assert said.rc == 0, said.stderr
    found = re.findall(r"^State:\t(\w).*?^Pid:\t(\d+)$.*?^voluntary_ctxt_switches:\t(\d+)$", said.stdout, re.M | re.S)
    return {pid: (state, int(switches)) for state, pid, switches in found}


def ring(threads: int, first: int) -> list[tuple[int, ...]]:
    """The pairs of locks that threads in a ring hold, if its locks have consecutive numbers from `first` on."""
    return [tuple(sorted((first + number, first + (number + 1) % threads))) for number in range(threads)]


def in_one_order(pairs: Iterable[tuple[int, int]]) -> bool:
    """Whether some order of all locks has the first lock of each pair before the second."""
    left = set(pairs)
    while left:
        # A lock that no pair begins with may come last.
        open_ones = {(one, other) for one, other in left if other in {first for first, _ in left}}
        if open_ones == left:
            return False
        left = open_ones
    return True


def most(pairs: Iterable[Iterable[int]]) -> int:
    """The highest number of a lock; -1 without any."""
    return max((number for pair in pairs for number in pair), default=-1)


def test_every_thread_sleeps_and_none_wakes(
    evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json]
) -> None:
    service = evidence.services["threads"]
    before = tasks(machine("threads"), service)
    assert machine("threads").run(f"sleep {FOR}").rc == 0  # the time between the two looks
    after = tasks(machine("threads"), service)
    assert len(before) == measured["waiting"] + 1
    assert before == after
    assert {state for state, _ in before.values()} == {"S"}


def test_the_threads_took_the_locks_of_the_ring(evidence: Evidence, prediction: Prediction) -> None:
    threads, seen = evidence.scenario.number("threads"), evidence.services["threads"].observed()
    if prediction.facts["ring"]:  # each holds its first lock and waits for its second one
        held = [sorted(pair) for pair in seen["waits"]]
    else:  # each held both; the main thread may have held other locks, such as those of a pool
        held = [sorted(pair) for _, *pair in seen["pairs"]]
        assert len({thread for thread, *_ in seen["pairs"]}) >= threads, seen["pairs"]
        # A learner may prevent the ring by other means than the order.
        learnt = evidence.scenario.services["threads"].code
        assert learnt or in_one_order((first, second) for _, first, second in seen["pairs"]), seen["pairs"]
    # The ring's locks have consecutive numbers. A program may have others, made before or after them.
    assert any(not Counter(ring(threads, first)) - Counter(map(tuple, held)) for first in range(1 + most(held))), held


def test_waiting_threads_use_no_cpu(evidence: Evidence) -> None:
    service = evidence.services["threads"]
    took = service.sampled("later").cpu_seconds - service.sampled("ready").cpu_seconds
    assert took <= STILL


def test_threads_of_a_ring_wait_without_a_timeout(evidence: Evidence, prediction: Prediction) -> None:
    if not prediction.facts["ring"]:
        pytest.skip("no thread waits")
    waits = [one for one in evidence.services["threads"].sampled("later").waits if one.thread != one.process]
    if not waits:
        raise Unavailable("this machine does not show in which system call a thread waits")
    assert [(one.call, one.arguments[FUTEX_TIMEOUT]) for one in waits] == [("futex", 0)] * len(waits)


def test_the_process_is_still_running(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    service = evidence.services["threads"]
    assert machine("threads").run(f"kill -0 {service.pid}").rc == 0
    assert service.exit_status is None


def test_threads_are_stuck_only_in_a_ring_of_waits(prediction: Prediction, measured: Mapping[str, Json]) -> None:
    assert (measured["finished"] == 0) == prediction.facts["ring"]
