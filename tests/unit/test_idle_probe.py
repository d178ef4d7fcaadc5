"""How a check judges a server whose clients are idle."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from labs import idle_probe
from labs.idle_probe import Thread
from scenarios.errors import EvidenceError, Unavailable

SELECT = ["14", "23", "0x18", "0x7ffc00", "0x0", "0x0", "0x0", "0x0", "0x7ffd", "0x7f01"]
FUTEX = ["15", "202", "0x7f3a", "0x80", "0x0", "0x0", "0x0", "0x0", "0x7ffe", "0x7f02"]


def idle(*calls: list[str], wakes: int = 0, seconds: float = 0.0, kind: str = "x86_64") -> idle_probe.IdleServer:
    return idle_probe.parse(json.dumps([kind, wakes, seconds, calls]), "14")


def test_each_thread_is_known_by_its_system_call() -> None:
    found = idle(SELECT, FUTEX)
    assert (found.first, found.others) == (Thread("select", 24), (Thread("202", 0x7F3A),))


def test_a_running_thread_waits_in_no_system_call() -> None:
    assert idle(["14", "running"]).first == Thread("running", 0)


def test_an_unknown_system_call_fails_no_check_and_known_numbers_still_count() -> None:
    found = idle(["14"], ["15"], wakes=50)
    with pytest.raises(Unavailable, match="does not show which system call"):
        found.check_waits_in_select(3)
    with pytest.raises(Unavailable, match="does not show which system call"):
        found.check_one_waits_for_each(1)
    with pytest.raises(AssertionError, match="woke 50 times"):
        found.check_costs_nothing()


def test_the_calls_of_an_unknown_cpu_are_not_guessed() -> None:
    found = idle(SELECT, FUTEX, kind="riscv64")
    assert (found.first, found.others) == (None, (None,))


def test_each_client_needs_a_thread_that_waits_for_a_descriptor() -> None:
    idle(SELECT, ["15", "0", "0x4"], ["16", "7", "0x1"]).check_one_waits_for_each(2)
    with pytest.raises(AssertionError, match="each of 2 clients was expected, and 1 of them waited"):
        idle(SELECT, ["16", "0", "0x4"], FUTEX).check_one_waits_for_each(2)
    with pytest.raises(AssertionError, match="each of 2 clients was expected, and there were 1"):
        idle(SELECT, ["16"]).check_one_waits_for_each(2)


def test_a_server_that_does_not_answer_fails_only_that_check() -> None:
    mute = idle_probe.IdleServer(answered=False)
    with pytest.raises(AssertionError, match="were not answered"):
        mute.check_answered()
    for asked in (
        mute.check_costs_nothing,
        lambda: mute.check_waits_in_select(3),
        lambda: mute.check_one_waits_for_each(1),
    ):
        with pytest.raises(Unavailable, match="as another check says"):
            asked()


def test_a_server_that_has_ended_or_did_not_serve_is_not_probed() -> None:
    run: Any = SimpleNamespace(services={"server": SimpleNamespace(exit_status=1)})
    nobody: Any = None
    with pytest.raises(Unavailable, match="has ended"):
        idle_probe.probe(run, nobody, 1)
    with pytest.raises(Unavailable, match="were not served"):
        idle_probe.probe_if_served(run, nobody, {"error": {"type": "ConnectionResetError"}}, 1)


def test_a_few_wakeups_cost_nothing() -> None:
    idle(SELECT, wakes=idle_probe.MOST_WAKES, seconds=0.01).check_costs_nothing()


@pytest.mark.parametrize(("wakes", "seconds", "told"), [(50, 0.01, "woke 50 times"), (0, 0.5, "0.50 s were used")])
def test_a_server_that_polls_or_computes_costs_something(wakes: int, seconds: float, told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        idle(SELECT, wakes=wakes, seconds=seconds).check_costs_nothing()


class Machine:
    """A host that opens connections and cannot read threads; `lives` is what `kill -0` says of the server."""

    def __init__(self, lives: bool) -> None:
        self._lives = lives

    def run(self, command: str, *_: str) -> SimpleNamespace:
        failed = command.startswith("python3 -c %s %s %s") and command.count("%s") == 3
        status = int(failed or (command.startswith("kill -0") and not self._lives))
        return SimpleNamespace(
            rc=status, stdout="7\n" if command.startswith("python3") else "", stderr="no such thread"
        )


def test_a_probe_that_fails_on_a_live_server_is_an_error_of_the_lab() -> None:
    server = SimpleNamespace(pid=9, exit_status=None, said=lambda _: {"port": 8001})
    run: Any = SimpleNamespace(services={"server": server})
    with pytest.raises(EvidenceError, match="no such thread"):
        idle_probe.probe(run, lambda _: cast(Any, Machine(lives=True)), 1)
    assert not idle_probe.probe(run, lambda _: cast(Any, Machine(lives=False)), 1).answered
