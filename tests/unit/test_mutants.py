"""Every family and every scenario is tested on engines with parameters and wrong programs; here, that they exist.

The tests themselves are tests/engine/test_mutants.py.
"""

import pytest

from scenarios import families
from scenarios.definition import catalog
from scenarios.definition.scenario import Scenario
from tests.mutants import Mutant, module_of

MUTANTS = [(name, one) for name in families.names() for one in module_of(name).MUTANTS]
SCENARIOS = [(name, catalog.load(name)) for name in catalog.names()]


@pytest.mark.parametrize("name", families.names())
def test_every_family_has_mutants_and_one_of_them_only_prints(name: str) -> None:
    mutants = module_of(name).MUTANTS
    assert len(mutants) >= 4, f"tests/mutants/{name}.py: MUTANTS needs four wrong programs or more"
    only_print = [one for one in mutants if one.old is None and "only print" in one.what]
    assert only_print, f"tests/mutants/{name}.py: one of MUTANTS only prints: without `old`, and its `what` says so"


@pytest.mark.parametrize(("name", "scenario"), SCENARIOS, ids=catalog.names())
def test_every_scenario_is_tried_with_values_other_than_its_defaults(name: str, scenario: Scenario) -> None:
    drawn = module_of(scenario.family).DRAWN.get(name)
    where = f"DRAWN in tests/mutants/{scenario.family}.py"
    assert drawn is not None, f'add {name!r} to {where}: {{"a parameter": ("a value", "another"), ...}}'
    for parameter, values in drawn.items():
        for value in values:
            catalog.kind(scenario, parameter).convert(parameter, value)
    others = [key for key, values in drawn.items() if str(scenario.parameters[key]) not in values]
    assert others or not scenario.parameters, f"{where}: give a parameter of {name!r} values without its default"


@pytest.mark.parametrize(("family", "mutant"), MUTANTS, ids=lambda one: one if isinstance(one, str) else one.what)
def test_a_mutant_changes_what_is_in_its_program_and_runs_in_a_scenario_of_its_family(
    family: str, mutant: Mutant
) -> None:
    right = mutant.file().read_text(encoding="utf-8")
    assert mutant.old is None or mutant.old in right, f"{mutant.program} has no {mutant.old!r}"
    assert catalog.load(mutant.scenario, mutant.given).family == family
