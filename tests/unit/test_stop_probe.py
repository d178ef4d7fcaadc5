"""The probe of a graceful stop: what each finding says, and when a busy machine is no finding."""

from typing import Any

import pytest

from labs.stop_probe import Stop
from scenarios.errors import OutOfTime, Unavailable
from scenarios.results.sample import Sample, Wait

GOOD = {"whole": True, "bytes": 9, "expected": 9, "end": "end"}
FOUND = {"answered": True, "idle": GOOD, "within": GOOD, "slow": GOOD, "refused": True}


def look(call: str, cpu: float, voluntary: int = 0) -> Sample:
    wait = Wait(process=1, thread=1, call=call, arguments=())
    return Sample(
        moment="now", descriptors=9, watched=None, nofile_soft=64, nofile_hard=64, resident=1, cpu_seconds=cpu,
        voluntary=voluntary, waits=(wait,),
    )  # fmt: skip


def stopped(status: int | None = 0, **found: Any) -> Stop:
    return Stop(FOUND | found, status)


def test_a_graceful_stop_passes_every_check() -> None:
    stop = Stop(FOUND, 0, (look("epoll_wait", 0), look("epoll_wait", 0, 4)))
    stop.check_answers_beside_a_slow_client()
    stop.check_idle_clients_cost_nothing()
    for which in ("within", "slow"):
        stop.check_whole(which)
        stop.check_end(which)
    stop.check_end("idle")
    stop.check_refuses()
    stop.check_exit_status()


def test_a_finding_says_what_was_expected_and_what_was_seen() -> None:
    cut = {"whole": False, "bytes": 3, "expected": 9, "end": "ConnectionResetError"}
    with pytest.raises(AssertionError, match=r"within a message: 9 bytes; 3 came.*ConnectionResetError"):
        stopped(within=cut).check_whole("within")
    with pytest.raises(AssertionError, match="expected to see the end of its connection, and it was: Conn"):
        stopped(idle=cut).check_end("idle")
    with pytest.raises(AssertionError, match="expected to be refused, and it could connect"):
        stopped(refused=False).check_refuses()
    with pytest.raises(AssertionError, match="status 0 was expected, and it is 143"):
        stopped(143).check_exit_status()
    with pytest.raises(AssertionError, match="it still runs"):
        stopped(None).check_exit_status()
    with pytest.raises(AssertionError, match="one client does not read"):
        Stop({"answered": False}, None).check_answers_beside_a_slow_client()
    with pytest.raises(AssertionError, match="the server woke 10 times"):
        Stop(FOUND, 0, (look("epoll_wait", 0), look("epoll_wait", 0, 10))).check_idle_clients_cost_nothing()


def test_a_server_that_works_and_gets_too_little_time_is_no_finding_and_one_that_spins_is() -> None:
    late = FOUND | {"idle": GOOD | {"end": "open"}}
    with pytest.raises(OutOfTime):
        Stop(late, None, after=(look("running", 1), look("running", 1.01))).check_end("idle")
    with pytest.raises(AssertionError):
        Stop(late, None, after=(look("running", 1), look("running", 1.9))).check_end("idle")
    with pytest.raises(AssertionError):
        Stop(late, None, after=(look("epoll_wait", 1), look("epoll_wait", 1))).check_end("idle")


def test_what_follows_from_a_server_that_does_not_answer_is_unknown() -> None:
    for check in (Stop.check_exit_status, Stop.check_refuses):
        with pytest.raises(Unavailable):
            check(Stop({"answered": False}, None))
