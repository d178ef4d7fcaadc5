"""What a check makes of a server whose clients are silent."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from labs import silence
from labs.silence import Task
from scenarios.errors import EvidenceError, Unavailable

SELECT = ["14", "23", "0x18", "0x7ffc00", "0x0", "0x0", "0x0", "0x0", "0x7ffd", "0x7f01"]
FUTEX = ["15", "202", "0x7f3a", "0x80", "0x0", "0x0", "0x0", "0x0", "0x7ffe", "0x7f02"]


def seen(*calls: list[str], wakes: int = 0, seconds: float = 0.0, kind: str = "x86_64") -> silence.Silence:
    return silence.understood(json.dumps([kind, wakes, seconds, calls]), "14")


def test_the_first_thread_and_the_others_are_told_by_where_they_wait() -> None:
    found = seen(SELECT, FUTEX)
    assert (found.first, found.others) == (Task("select", 24), (Task("202", 0x7F3A),))


def test_a_thread_that_runs_waits_nowhere() -> None:
    assert seen(["14", "running"]).first == Task("running", 0)


def test_what_the_machine_does_not_tell_is_no_wrong_answer_and_what_it_tells_counts() -> None:
    found = seen(["14"], ["15"], wakes=50)
    with pytest.raises(Unavailable, match="does not tell in which system call"):
        found.waits_in_select_for(3)
    with pytest.raises(Unavailable, match="does not tell in which system call"):
        found.has_one_waiting_for_each(1)
    with pytest.raises(AssertionError, match="woke 50 times"):
        found.costs_nothing()


def test_calls_of_an_unknown_machine_are_not_guessed() -> None:
    found = seen(SELECT, FUTEX, kind="riscv64")
    assert (found.first, found.others) == (None, (None,))


def test_each_client_is_waited_for_by_one_that_waits_for_a_descriptor() -> None:
    seen(SELECT, ["15", "0", "0x4"], ["16", "7", "0x1"]).has_one_waiting_for_each(2)
    with pytest.raises(AssertionError, match="each of 2 clients was expected, and 1 waited"):
        seen(SELECT, ["16", "0", "0x4"], FUTEX).has_one_waiting_for_each(2)
    with pytest.raises(AssertionError, match="each of 2 clients was expected, and 1 were there"):
        seen(SELECT, ["16"]).has_one_waiting_for_each(2)


def test_of_a_server_that_does_not_answer_nothing_else_is_said() -> None:
    mute = silence.Silence(answered=False)
    with pytest.raises(AssertionError, match="were not answered"):
        mute.is_answered()
    for asked in (mute.costs_nothing, lambda: mute.waits_in_select_for(3), lambda: mute.has_one_waiting_for_each(1)):
        with pytest.raises(Unavailable, match="as another check says"):
            asked()


def test_a_server_that_has_died_and_one_that_did_not_serve_are_not_looked_at() -> None:
    run: Any = SimpleNamespace(services={"server": SimpleNamespace(exit_status=1)})
    nobody: Any = None
    with pytest.raises(Unavailable, match="has died"):
        silence.of(run, nobody, 1)
    with pytest.raises(Unavailable, match="were not served"):
        silence.after_all_were_served(run, nobody, {"error": {"type": "ConnectionResetError"}}, 1)


def test_who_wakes_now_and_then_costs_nothing() -> None:
    seen(SELECT, wakes=silence.MOST_WAKES, seconds=0.01).costs_nothing()


@pytest.mark.parametrize(
    ("wakes", "seconds", "told"), [(50, 0.01, "woke 50 times"), (0, 0.5, "0.50 s of 0.25 were taken")]
)
def test_who_looks_around_or_computes_does_not(wakes: int, seconds: float, told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        seen(SELECT, wakes=wakes, seconds=seconds).costs_nothing()


class Machine:
    """A host on which clients can be held and no look succeeds; `lives` is what `kill -0` says of the server."""

    def __init__(self, lives: bool) -> None:
        self._lives = lives

    def run(self, command: str, *_: str) -> SimpleNamespace:
        failed = command.startswith("python3 -c %s %s %s") and command.count("%s") == 3
        status = int(failed or (command.startswith("kill -0") and not self._lives))
        return SimpleNamespace(
            rc=status, stdout="7\n" if command.startswith("python3") else "", stderr="no such thread"
        )


def test_a_look_that_fails_is_no_answer_of_a_server_that_lives() -> None:
    server = SimpleNamespace(pid=9, exit_status=None, said=lambda _: {"port": 8001})
    run: Any = SimpleNamespace(services={"server": server})
    with pytest.raises(EvidenceError, match="no such thread"):
        silence.of(run, lambda _: cast(Any, Machine(lives=True)), 1)
    assert not silence.of(run, lambda _: cast(Any, Machine(lives=False)), 1).answered
