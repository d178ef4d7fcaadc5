"""The family soft_limit: what it predicts, and how it measures."""

from dataclasses import replace

import pytest

from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import UsageError
from scenarios.families.base import Known
from scenarios.results.sample import Sample
from scenarios.theory.descriptors import EMFILE
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("soft_limit")
LOOK = Sample(moment="full", descriptors=64, watched=None, nofile_soft=64, nofile_hard=4096, resident=1, cpu_seconds=0)


@pytest.mark.parametrize(("soft", "hard"), [("16", "16"), ("64", "4096")])
def test_as_many_descriptors_are_predicted_as_each_limit_says(soft: str, hard: str) -> None:
    scenario = catalog.load("soft-limit", {"soft": soft, "hard": hard})
    predicted = FAMILY.predict(Known(scenario, {"program": "linux"})).json()
    assert list(predicted["open"].values()) == [int(soft), int(hard), int(hard)]
    assert predicted["limit"] == predicted["open"]


def test_a_soft_limit_that_the_user_set_above_the_hard_one_is_wrong_usage_and_no_fault_of_the_file() -> None:
    message = "^soft-limit: service program: ulimits.nofile is 65:64: the soft limit is above the hard one$"
    with pytest.raises(UsageError, match=message):
        catalog.load("soft-limit", {"soft": "65", "hard": "64"})


def test_another_limit_than_the_parameters_say_is_wrong_usage() -> None:
    scenario = catalog.load("soft-limit")
    program = replace(scenario.services["program"], nofile=128)
    problem = "the program's nofile is 128:4096: it must be soft:hard, which is 64:4096"
    assert FAMILY.problem(replace(scenario, services={"program": program})) == problem


def test_each_moment_has_its_descriptors_its_limit_and_its_refusal() -> None:
    looks = (LOOK, replace(LOOK, moment="lifted", descriptors=4096, nofile_soft=4096))
    program = service("program", event("full", error=EMFILE), exit_status=0, samples=looks)
    assert FAMILY.measure(evidence(program)) == {
        "open": {"at the soft limit": 64, "after lifting it": 4096},
        "limit": {"at the soft limit": 64, "after lifting it": 4096},
        "refusals": {"at the soft limit": EMFILE},
        "error": None,
    }
