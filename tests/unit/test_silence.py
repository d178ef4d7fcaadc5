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


@pytest.mark.parametrize("calls", [[["14"]], [["14", "23", "0x18"], ["15"]]])
def test_what_the_machine_does_not_tell_is_no_wrong_answer(calls: list[list[str]]) -> None:
    with pytest.raises(Unavailable):
        seen(*calls)


def test_calls_of_an_unknown_machine_are_not_guessed() -> None:
    with pytest.raises(Unavailable):
        seen(SELECT, kind="riscv64")


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
    server = SimpleNamespace(pid=9, said=lambda _: {"port": 8001})
    run: Any = SimpleNamespace(services={"server": server})
    with pytest.raises(EvidenceError, match="no such thread"):
        silence.of(run, lambda _: cast(Any, Machine(lives=True)), 1)
    assert silence.of(run, lambda _: cast(Any, Machine(lives=False)), 1) is None
