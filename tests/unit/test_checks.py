"""Checks run by a pytest of their own: what nobody can look at is skipped, and what crashed is unknown."""

from pathlib import Path
from typing import Any

import pytest

from scenarios import checks, places
from scenarios.families.base import Prediction
from tests.unit.made import evidence

MODULE = """
import pytest
from scenarios.errors import EvidenceError, Unavailable


@pytest.fixture(scope="session")
def told():
    raise Unavailable("this machine does not tell")


@pytest.fixture
def broken():
    raise EvidenceError("the look failed")


def test_it_holds(): pass
def test_it_does_not(): assert 1 == 2
def test_it_cannot_be_looked_at(): raise Unavailable("nor does this one")
def test_its_fixture_cannot_look(told): pass
def test_nor_for_another(told): pass
def test_its_fixture_crashed(broken): pass
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
