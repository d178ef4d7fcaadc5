"""Every family is tested with other parameters than its defaults, and with wrong programs, which it must reject."""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scenarios import families
from scenarios.definition import catalog
from scenarios.engines import choose
from tests.checkout import copy_project, inv_of
from tests.engine.inv import run
from tests.mutants import Drawn, Mutant, module_of

SEED = 1
DRAWN: Drawn = {name: values for family in families.names() for name, values in module_of(family).DRAWN.items()}
MUTANTS: list[Mutant] = [mutant for family in families.names() for mutant in module_of(family).MUTANTS]
# Wrong programs run as processes, since each would need an image of its own, unless IOLAB_ENGINE names another engine.
ENGINE = os.environ.get(choose.VARIABLE) or "local"
WINDOWS = {name for name in DRAWN if any(one.image == "windows" for one in catalog.load(name).services.values())}


def beside(scenario: str) -> Any:
    """The scenario, side by side with other tests unless it measures costs."""
    marks = () if catalog.load(scenario).alone else (pytest.mark.side_by_side,)
    return pytest.param(scenario, marks=marks)


@pytest.mark.parametrize("name", [beside(name) for name in sorted(DRAWN)])
def test_a_prediction_comes_true_with_drawn_parameters(name: str, engine: str) -> None:
    if engine == "local" and name in WINDOWS:
        pytest.skip("the local engine has no Windows image")
    chance = random.Random(f"{SEED} {name} {engine}")
    drawn = {key: chance.choice(values) for key, values in DRAWN[name].items()}
    run(name, *(part for key, value in drawn.items() for part in ("--set", f"{key}={value}")))


TRIES = 6


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the project whose programs may be changed."""
    copy = tmp_path_factory.mktemp("checkout")
    copy_project(copy)
    yield copy
    shutil.rmtree(copy)


# A busy machine turns no verdict into `fail`, so wrong programs of scenarios that measure costs run beside others too.
@pytest.mark.side_by_side
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: f"{one.scenario}: {one.what}")
def test_a_program_that_is_not_right_is_rejected(mutant: Mutant, checkout: Path) -> None:
    path = mutant.file(checkout)
    right = path.read_text(encoding="utf-8")
    assert mutant.old is None or mutant.old in right, f"{mutant.program} has no {mutant.old!r}"
    path.write_text(mutant.new if mutant.old is None else right.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        # On a machine with much else to do the lab could not tell, and looks again.
        for _ in range(TRIES):
            record = _run_in(checkout, mutant)
            if record["verdict"] != "error":
                break
    finally:
        path.write_text(right, encoding="utf-8")
    assert record["verdict"] == "fail", record


def _run_in(checkout: Path, mutant: Mutant) -> dict[str, Any]:
    """The record of the mutant's scenario, run in that checkout with this Python."""
    given = [part for key, value in mutant.given.items() for part in ("--set", f"{key}={value}")]
    command = [*inv_of(checkout), "scenario", mutant.scenario, "--json", "--engine", ENGINE, *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
