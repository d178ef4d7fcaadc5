"""What a server keeps of clients that left is told in words, and waited for."""

import pytest

from scenarios.errors import EvidenceError
from scenarios.judging import waiting
from scenarios.judging.waiting import closes_down_to, what_is_left
from scenarios.results.sample import Sample


def sample(descriptors: int) -> Sample:
    return Sample(
        moment="now", descriptors=descriptors, watched=1, nofile_soft=64, nofile_hard=64, resident=1, cpu_seconds=0
    )


def test_a_server_that_closes_its_clients_later_keeps_nothing() -> None:
    later = iter([9, 7, 5])
    assert what_is_left(lambda _: sample(next(later)), "server", 5) is None


def test_a_server_that_keeps_a_descriptor_is_told_with_what_it_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "SECONDS", 0.0)
    told = what_is_left(lambda _: sample(9), "server", 5)
    assert told and "server keeps of clients that left: (9, 1, 1) instead of (5, 1, 1)" in told


def test_of_a_server_that_has_ended_nothing_can_be_told() -> None:
    with pytest.raises(EvidenceError):
        what_is_left(lambda _: None, "server", 5)


def test_a_server_may_take_its_time_to_close_and_may_keep_no_more_than_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    later = iter([9, 7, 5])
    closes_down_to(lambda _: sample(next(later)), "server", 6)
    closes_down_to(lambda _: None, "server", 0)
    monkeypatch.setattr(waiting, "SECONDS", 0.0)
    with pytest.raises(AssertionError, match="server has 7 descriptors open; at most 6 expected"):
        closes_down_to(lambda _: sample(7), "server", 6)
