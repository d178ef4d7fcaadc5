"""The family of cancellation: what it foresees, and what it measures of counts that were made by hand."""

import dataclasses
from typing import Any

import pytest

from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import LabError, OutOfTime
from scenarios.families.base import Known
from scenarios.judging.verdict import judge
from scenarios.pictures import Band, Bars
from scenarios.results.evidence import Evidence
from tests.unit.builders import HELD, evidence, service
from tests.unit.scripted import event

FAMILY = families.find("cancellation")
SEEN: dict[str, Any] = {
    **{"at_once": 36, "asked": 45, "left": 12, "failed": 2, "spared": 4, "late": 3, "kept": 0, "answered": 6},
    "overslept": 0.01,
}


def run_of(**seen: Any) -> Evidence:
    client = service("client", event("finished", **SEEN | seen), exit_status=0)
    run = evidence(service("backend"), service("server"), client)
    return dataclasses.replace(run, scenario=catalog.load("client-leaves"))


def wrong_with(run: Evidence) -> str | None:
    prediction = FAMILY.predict(Known(run.scenario, {}, run))
    return judge(FAMILY.quantities, prediction, FAMILY.measure(run), HELD, None)[1]


def test_counts_as_theory_foresees_them_agree() -> None:
    assert wrong_with(run_of()) is None


@pytest.mark.parametrize("key", [key for key in SEEN if key != "overslept"])
def test_each_count_is_compared(key: str) -> None:
    assert wrong_with(run_of(**{key: SEEN[key] + 1}))


def test_a_client_that_overslept_says_that_the_machine_is_busy() -> None:
    with pytest.raises(OutOfTime, match=r"slept 0.40 s longer"):
        FAMILY.measure(run_of(overslept=0.4))


def test_a_client_that_did_not_finish_counted_nothing() -> None:
    client = service("client", exit_status=1)
    run = dataclasses.replace(
        evidence(service("backend"), service("server"), client), scenario=catalog.load("client-leaves")
    )
    assert FAMILY.measure(run)["at_once"] is None


def test_more_clients_that_go_than_there_are_is_refused() -> None:
    with pytest.raises(LabError, match="leaving and failing are 12 together"):
        catalog.load("client-leaves", {"leaving": "10"})


def test_the_first_picture_shows_which_parts_stopped_and_why() -> None:
    run = run_of(kept=2)
    predicted = FAMILY.predict(Known(run.scenario, {})).json()
    stopped, *others = FAMILY.scene(run.scenario, FAMILY.measure(run), predicted)
    assert isinstance(stopped, Bars)
    assert stopped.values == {"the client left": 12, "another part failed": 4, "the client's time was over": 9 - 2}
    assert list(stopped.predicted.values()) == [Band(12, 12), Band(4, 4), Band(9, 9)]
    assert others


def test_parts_that_nobody_counted_are_not_drawn() -> None:
    run = run_of()
    predicted = FAMILY.predict(Known(run.scenario, {})).json()
    stopped, *_ = FAMILY.scene(run.scenario, dict.fromkeys(SEEN), predicted)
    assert isinstance(stopped, Bars)
    assert stopped.values == {}
