"""What a client that reads nothing shows of a server."""

import pytest

from labs.silent_client import MOST_REQUESTS, Silent
from scenarios.errors import OutOfTime
from scenarios.results.sample import Sample, Wait


def silent(taken: int = 0, answered: bool = True, call: str = "epoll_wait") -> Silent:
    wait = Wait(process=7, thread=7, call=call, arguments=(0,))
    after = Sample(
        moment="now", descriptors=5, watched=1, nofile_soft=64, nofile_hard=64, resident=1, cpu_seconds=1, waits=(wait,)
    )
    return Silent(taken, answered, after)


def test_a_server_that_stops_reading_and_answers_others_passes() -> None:
    silent().check_another_is_answered()
    silent(MOST_REQUESTS).check_is_not_read()


def test_a_server_that_reads_on_or_waits_for_the_client_fails() -> None:
    with pytest.raises(AssertionError, match="stop reading"):
        silent(MOST_REQUESTS + 1, call="running").check_is_not_read()
    with pytest.raises(AssertionError, match="another client"):
        silent(answered=False, call="sendto").check_another_is_answered()


def test_a_server_that_still_works_had_too_little_time() -> None:
    with pytest.raises(OutOfTime):
        silent(answered=False, call="running").check_another_is_answered()
    with pytest.raises(OutOfTime):
        silent(call="running").check_is_not_read()
