"""How a check tells a server that rests from one that works, and both from one that gets no CPU."""

from collections.abc import Iterable, Iterator
from itertools import chain, repeat

import pytest

from labs import idle_clients
from labs.idle_clients import Idle, rest
from scenarios.errors import OutOfTime, Unavailable
from scenarios.judging.waiting import Look
from scenarios.results.sample import Sample, Wait


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"WINDOW": 0.02, "SECONDS": 0.1, "PAUSE": 0.001}.items():
        monkeypatch.setattr(idle_clients, name, value)


def sample(call: str, wakes: int = 0, cpu: float = 0.0) -> Sample:
    wait = Wait(process=5, thread=5, call=call, arguments=(1024, 0, 0, 0, 0))
    counted = {"voluntary": wakes, "all_cpu_seconds": cpu, "waits": (wait,)}
    return Sample(moment="now", descriptors=9, watched=None, nofile_soft=64, nofile_hard=64, resident=1,
                  cpu_seconds=cpu, **counted)  # type: ignore[arg-type]  # fmt: skip


def looks(samples: Iterable[Sample | None]) -> Look:
    following: Iterator[Sample | None] = iter(samples)
    return lambda _: next(following)


def working(wakes: int, cpu: float, call: str) -> Iterator[Sample]:
    return (sample(call, number * wakes, number * cpu) for number in range(10_000))


def test_a_server_that_nothing_wakes_rests_in_its_system_call() -> None:
    found = rest(looks(repeat(sample("select"))), 3, 3)
    assert (found.rests, found.mechanism, found.size) == (True, "select", 1024)
    found.check_answered()
    found.check_rests()
    found.check_waits_in("select", 1024)
    with pytest.raises(AssertionError, match="waits in select; poll was expected"):
        found.check_waits_in("poll")
    with pytest.raises(AssertionError, match="passes select 1024 descriptors; at least 1025 were expected"):
        found.check_waits_in("select", 1025)


def test_a_server_may_finish_its_work_before_it_rests() -> None:
    found = rest(looks(chain([sample("running"), sample("select", 1)], repeat(sample("select", 9)))), 3, 3)
    assert found.rests


@pytest.mark.parametrize("call", ["running", "select"])
def test_a_server_that_spins_or_polls_does_not_rest(call: str) -> None:
    found = rest(looks(working(5, 0.01, call)), 3, 3)
    with pytest.raises(AssertionError, match="expected to sleep while its 3 clients were idle"):
        found.check_rests()


def test_a_server_that_gets_no_cpu_is_not_judged() -> None:
    with pytest.raises(OutOfTime, match="too busy"):
        rest(looks(repeat(sample("running"))), 3, 3)


def test_of_a_server_that_does_not_answer_nothing_else_is_said() -> None:
    found = Idle(3, 2, True, "select")
    with pytest.raises(AssertionError, match="3 answers were expected, and 2 came"):
        found.check_answered()
    with pytest.raises(Unavailable):
        found.check_rests()


def test_a_server_that_ends_meanwhile_is_known_by_that() -> None:
    assert rest(looks([sample("select"), None]), 3, 3).mechanism == "ended"
