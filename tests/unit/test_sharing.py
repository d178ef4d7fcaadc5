"""What is lost of a shared counter, and who waits for whom: theory, against gevent itself where it is exact."""

from random import Random

import gevent
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.definition import catalog
from scenarios.errors import EvidenceError
from scenarios.families import deadlock, lost_updates
from scenarios.families.base import Known
from scenarios.judging.quantities import Json
from scenarios.theory.sharing import MANY, is_ring, least, locks_of_ring, most, taking_turns
from tests.unit.builders import evidence, service


def counted(workers: int, updates: int) -> int:
    """What greenlets count that switch between read and write."""
    counter = [0]

    def work() -> None:
        for _ in range(updates):
            read = counter[0]
            gevent.sleep(0)
            counter[0] = read + 1

    gevent.joinall([gevent.spawn(work) for _ in range(workers)], raise_error=True)
    return counter[0]


@settings(max_examples=20)
@given(st.integers(1, 9), st.integers(0, 30))
def test_the_model_counts_what_greenlets_count(workers: int, updates: int) -> None:
    assert taking_turns(workers, updates) == counted(workers, updates)


@given(st.integers(1, 4), st.integers(1, 6), st.randoms())
def test_no_order_of_reads_and_writes_leaves_less_than_the_least(workers: int, updates: int, chance: Random) -> None:
    counter, read, left = 0, [-1] * workers, [updates] * workers
    while any(left):
        worker = chance.choice([number for number in range(workers) if left[number]])
        if read[worker] < 0:
            read[worker] = counter
        else:
            counter, read[worker], left[worker] = read[worker] + 1, -1, left[worker] - 1
    assert least(workers, updates) <= counter <= workers * updates


@given(st.integers(2, 30))
def test_opposite_order_makes_a_ring_and_one_order_never_does(threads: int) -> None:
    assert is_ring(*locks_of_ring(threads, "opposite"))
    assert not is_ring(*locks_of_ring(threads, "same"))


@pytest.mark.parametrize(
    ("first", "second", "ring"),
    [([0], [1], False), ([0, 1], [1, 0], True), ([0, 0], [1, 1], False), ([0, 1, 2], [1, 2, 3], False)],
)
def test_waits_make_a_ring_only_when_they_lead_back(first: list[int], second: list[int], ring: bool) -> None:
    assert is_ring(first, second) == ring


def predicted(name: str, **given: str) -> dict[str, Json]:
    scenario = catalog.load(name, given)
    known = Known(scenario, dict.fromkeys(scenario.services, "linux"))
    return (lost_updates.FAMILY if name == "lost-updates" else deadlock.FAMILY).predict(known).json()


def test_few_updates_may_all_be_kept_and_of_many_one_is_lost() -> None:
    """Under load the first of two threads was through with two updates before the other had awoken."""
    assert (most(2, 2), most(3, MANY - 1)) == (4, 3 * (MANY - 1))
    assert (most(2, MANY), most(9, 999)) == (2 * MANY - 1, 8990)
    assert predicted("lost-updates", workers="2", updates="2")["counted"]["threads-switching"] == [2, 4]


def test_what_is_predicted_follows_the_parameters() -> None:
    one = predicted("lost-updates", workers="3", updates="100")
    assert one["counted"]["threads"] == 300
    assert one["counted"]["threads-switching"] == [2, 299]
    assert one["counted"]["greenlets-switching"] == 100
    assert one["threads"] == {name: 4 if "thread" in name else 1 for name in lost_updates.WORKERS}
    assert predicted("deadlock", threads="7")["waiting"] == 7
    assert predicted("deadlock", threads="7", order="same")["finished"] == 7


def test_what_was_not_reported_is_not_measured() -> None:
    missed = service("threads", '{"event": "ready", "finished": 0}\n', missed={"later": "no answer"})
    with pytest.raises(EvidenceError, match="no answer"):
        deadlock.FAMILY.measure(evidence(missed))
    assert deadlock.FAMILY.measure(evidence(service("threads")))["waiting"] is None
    assert lost_updates.FAMILY.measure(evidence(service("threads")))["counted"] == {}
