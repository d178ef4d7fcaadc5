"""Every family is tried with other parameters than its defaults, and with programs that are not right."""

import importlib
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scenarios import families, places, spec
from tests.engine.inv import run
from tests.trials import Drawn, Mutant

SEED = 1


def trials(family: str) -> Any:
    """The module of a family's trials."""
    return importlib.import_module(f"tests.trials.{family}")


DRAWN: Drawn = {name: values for family in families.names() for name, values in trials(family).DRAWN.items()}
MUTANTS: list[Mutant] = [mutant for family in families.names() for mutant in trials(family).MUTANTS]
WINDOWS = {name for name in DRAWN if any(one.image == "windows" for one in spec.load(name).services.values())}


def beside(scenario: str, trial: Any = None) -> Any:
    """A trial of a scenario, the scenario itself by default: one that measures costs has the machine to itself."""
    marks = () if spec.load(scenario).alone else (pytest.mark.side_by_side,)
    return pytest.param(trial or scenario, marks=marks)


@pytest.mark.parametrize("name", families.names())
def test_every_family_has_mutants_and_one_of_them_only_prints(name: str) -> None:
    mutants = trials(name).MUTANTS
    assert len(mutants) >= 3
    assert [one for one in mutants if one.old is None and "only print" in one.what]


def test_every_scenario_is_tried_with_values_other_than_its_defaults() -> None:
    assert set(DRAWN) == set(spec.names())
    for name, values in DRAWN.items():
        defaults = spec.load(name).parameters
        assert any(str(defaults[key]) not in drawn for key, drawn in values.items()) or not defaults, name


@pytest.mark.parametrize("name", [beside(name) for name in sorted(DRAWN)])
def test_a_prediction_comes_true_with_drawn_parameters(name: str, engine: str) -> None:
    if engine == "local" and name in WINDOWS:
        pytest.skip("the local engine has no Windows image")
    chance = random.Random(f"{SEED} {name} {engine}")
    drawn = {key: chance.choice(values) for key, values in DRAWN[name].items()}
    run(name, *(part for key, value in drawn.items() for part in ("--set", f"{key}={value}")))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the project whose programs may be changed."""
    copy = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=places.ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (places.ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(places.ROOT / name, copy / name)
    yield copy
    shutil.rmtree(copy)


@pytest.mark.parametrize(
    "mutant", [beside(one.scenario, one) for one in MUTANTS], ids=lambda one: f"{one.scenario}: {one.what}"
)
def test_a_program_that_is_not_right_is_rejected(mutant: Mutant, checkout: Path) -> None:
    path = checkout / "labs" / "programs" / Path(*mutant.program.split(".")).with_suffix(".py")
    right = path.read_text(encoding="utf-8")
    assert mutant.old is None or mutant.old in right, f"{mutant.program} has no {mutant.old!r}"
    path.write_text(mutant.new if mutant.old is None else right.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        record = _run_in(checkout, mutant)
        if record["verdict"] == "error":  # on a machine with much else to do the lab could not tell, and looks again
            record = _run_in(checkout, mutant)
    finally:
        path.write_text(right, encoding="utf-8")
    assert record["verdict"] == "fail", record


def _run_in(checkout: Path, mutant: Mutant) -> dict[str, Any]:
    """The record of the mutant's scenario, run in that checkout on the local engine with this Python."""
    start = [sys.executable, str(checkout / "requirements" / "start.py"), "--search-root", str(checkout), "scenario"]
    given = [part for key, value in mutant.given.items() for part in ("--set", f"{key}={value}")]
    command = [*start, mutant.scenario, "--json", "--engine", "local", *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
