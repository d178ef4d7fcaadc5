"""Checks run by a pytest of their own: what nobody can look at is skipped, and what crashed is unknown."""

from pathlib import Path
from typing import Any

import pytest

from scenarios import places
from scenarios.families.base import Prediction
from scenarios.judging import checks
from tests.unit.builders import evidence, service
from tests.unit.scripted import event, snapshot

MODULE = """
import pytest
from scenarios.errors import EvidenceError, Unavailable


@pytest.fixture(scope="session")
def refused():
    raise Unavailable("this machine does not tell")


@pytest.fixture
def broken():
    raise EvidenceError("the look failed")


def test_it_holds(): pass
def test_it_does_not(): assert 1 == 2
def test_it_cannot_be_looked_at(): raise Unavailable("nor does this one")
def test_its_fixture_cannot_look(refused): pass
def test_nor_for_another(refused): pass
def test_its_fixture_crashed(broken): pass
"""

LOOKING = """
def test_it_looks(look, evidence):
    seen = look("server")
    assert (seen.descriptors, seen.main_wait().call, seen.main_wait().size) == (9, "poll", 1)
    assert look("client") is None
"""


def test_what_a_check_or_its_fixture_cannot_look_at_is_skipped_and_what_crashed_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = evidence()
    (tmp_path / checks.EVERY_RUN).write_text(MODULE)
    (tmp_path / f"{run.scenario.family}.py").write_text("")
    monkeypatch.setattr(places, "CHECKS", tmp_path)
    nobody: Any = None
    found = checks.run_checks(run, Prediction({}, ""), {}, nobody, tmp_path)
    assert [(one.name, one.result) for one in found] == [
        ("it holds", "passed"),
        ("it does not", "failed"),
        ("it cannot be looked at", "skipped"),
        ("its fixture cannot look", "skipped"),
        ("nor for another", "skipped"),
        ("its fixture crashed", "error"),
    ]
    assert [one.message for one in found[2:]] == [
        "nor does this one",
        "this machine does not tell",
        "this machine does not tell",
        "the look failed",
    ]
    assert [one.cause for one in found[2:]] == ["Unavailable"] * 3 + ["EvidenceError"]


def test_a_check_can_look_at_a_program_as_it_is_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Session:
        def snapshot(self, service: str, pid: int) -> dict[str, int]:
            return snapshot(9) | {f"wait:{pid}:{pid}:poll:{n}": n for n in range(5)} if service == "server" else {}

    run = evidence(*(service(name, event("started", pid=7)) for name in ("server", "client")))
    for name in (checks.EVERY_RUN, f"{run.scenario.family}.py"):
        (tmp_path / name).write_text("")
    monkeypatch.setattr(places, "CHECKS", tmp_path)
    (tmp_path / "looking.py").write_text(LOOKING)
    session: Any = Session()
    found = checks.run_checks(run, Prediction({}, ""), {}, session, tmp_path, [tmp_path / "looking.py"])
    assert (found[-1].name, found[-1].result) == ("it looks", "passed"), found


ENDING = """
def test_it_ended(exit_status):
    assert (exit_status("server"), exit_status("client")) == (143, None)
"""


class Logs:
    """A session that has nothing but the streams of two programs."""

    def log(self, service: str, _: str) -> tuple[bytes, ...]:
        ended = b'{"event": "exited", "code": 143, "seal": "s"}\n' if service == "server" else b""
        return b'{"event": "started", "pid": 1, "seal": "s"}\n{"event": "exited", "code": 0}\n', ended


def test_a_check_gets_the_exit_status_of_now_from_the_engines_report_and_not_from_the_programs_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = event("started", pid=1, seal="s")
    run = evidence(service("server", begun), service("client", begun))
    for name in (checks.EVERY_RUN, f"{run.scenario.family}.py"):
        (tmp_path / name).write_text("")
    (tmp_path / "ending.py").write_text(ENDING)
    monkeypatch.setattr(places, "CHECKS", tmp_path)
    logs: Any = Logs()
    found = checks.run_checks(run, Prediction({}, ""), {}, logs, tmp_path, (tmp_path / "ending.py",))
    assert [(one.result, one.message) for one in found if one.name == "it ended"] == [("passed", "")]
