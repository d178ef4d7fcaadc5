"""Experiments for which nothing is started: skipped with the reason, an error, or wrong usage."""

import json
from collections.abc import Iterable

import jsonschema
import pytest

from scenarios.definition import catalog
from scenarios.definition.scenario import Scenario, Service
from scenarios.errors import ImageError, LabError, Unavailable, UsageError
from scenarios.pipeline.experiment import Experiment, Setup, run_experiment
from scenarios.report import schema
from scenarios.results import record as records
from scenarios.results import run_directories
from scenarios.results.record import Record
from tests.unit.scripted import Quiet, Script, ScriptedEngine, epoll

pytestmark = pytest.mark.usefixtures("runs")


class Preparing(ScriptedEngine):
    """An engine that cannot prepare."""

    def __init__(self, scripts: dict[str, Script], problem: LabError) -> None:
        """`problem` is raised when it should."""
        super().__init__(scripts)
        self._problem = problem

    def unable(self, services: Iterable[Service]) -> str | None:
        """Raises."""
        raise self._problem


class Mac(ScriptedEngine):
    """An engine whose programs run on macOS."""

    def platform(self, service: Service) -> str:
        """As sys.platform is there."""
        return "darwin"


def not_run(engine: ScriptedEngine, scenario: Scenario) -> Record:
    """The record of an experiment for which nothing was started."""
    result = run_experiment(Experiment(scenario, Setup(engine, Quiet())))
    assert engine.opened == []
    assert (result.run, result.measured, result.checks) == (None, None, ())
    assert run_directories.everything() == []
    assert run_directories.marks() == []
    jsonschema.validate(json.loads(records.to_json(result)), json.loads(schema.FILE.read_text(encoding="utf-8")))
    return result


def test_a_machine_that_cannot_run_it_is_skipped_with_the_reason() -> None:
    result = not_run(Preparing({}, Unavailable("no image for this processor")), epoll())
    assert (result.verdict, result.problem, result.exit_status) == ("skip", "no image for this processor", 0)
    assert result.predicted is not None


def test_an_image_that_cannot_be_built_is_an_error() -> None:
    result = not_run(Preparing({}, ImageError("step 3 failed", ("E: no space",))), epoll())
    assert (result.verdict, result.exit_status) == ("error", 3)
    assert "E: no space" in str(result.problem)


def test_a_limit_that_the_catalog_asks_for_in_vain_is_skipped() -> None:
    result = not_run(ScriptedEngine({}, limit=1000), catalog.load("epoll-500"))
    assert result.verdict == "skip"
    assert result.problem == "server needs nofile 1024; the highest here is 1000: the script"


@pytest.mark.parametrize("given", [{"nofile": "4096"}, {"clients": "5000"}])
def test_a_limit_that_the_user_asks_for_in_vain_is_wrong_usage(given: dict[str, str]) -> None:
    engine = ScriptedEngine({}, limit=2000)
    with pytest.raises(UsageError, match=r"needs nofile \d+; the highest here is 2000: the script"):
        run_experiment(Experiment(catalog.load("epoll-500", given), Setup(engine, Quiet())))
    assert engine.opened == []
    assert run_directories.everything() == []


def test_a_mechanism_that_the_platform_lacks_is_skipped_unless_the_user_chose_it() -> None:
    result = not_run(Mac({}), catalog.load("epoll-500"))
    assert result.verdict == "skip"
    assert "darwin has no epoll" in str(result.problem)
    assert result.predicted is None
    with pytest.raises(UsageError, match="darwin has no epoll"):
        run_experiment(Experiment(catalog.load("select-500", {"selector": "epoll"}), Setup(Mac({}), Quiet())))
