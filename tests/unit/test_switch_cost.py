"""The family of handovers: what theory promises, and what is measured of what programs said."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scenarios.definition import catalog
from scenarios.families.base import Known
from scenarios.families.switch_cost import FAMILY, KINDS
from scenarios.judging.quantities import Json
from scenarios.results.sample import Sample
from scenarios.theory import costs
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

QUIET = {"generators": 0.025, "greenlets": 0.2, "threads": 26.0, "processes": 16.0}


def measured(micros: dict[str, float], threads: int = 2) -> dict[str, Json]:
    """Of rounds of 1500 turns, the best one as given."""
    seen = Sample(moment="later", descriptors=3, watched=None, nofile_soft=9, nofile_hard=9, resident=1, cpu_seconds=0)
    services = []
    for kind, one in micros.items():
        seconds = [one * 3000 / 1e6 * factor for factor in (9, 1, 1.5)]
        look = replace(seen, threads=threads if kind in costs.BY_THE_KERNEL else 1)
        services.append(
            service(kind, event("switched", seconds=seconds, turns=4500, other=None), samples=(look,)),
        )
    run = replace(evidence(*services), scenario=catalog.load("switch-cost", {"rounds": "3"}))
    return FAMILY.measure(run)


def problems(found: dict[str, Json]) -> set[str]:
    """The quantities that are not as predicted."""
    scenario = catalog.load("switch-cost", {"rounds": "3"})
    prediction = FAMILY.predict(Known(scenario, {}))
    every = {key: (one, *prediction.relations.get(key, ())) for key, one in prediction.expected.items()}
    return {key for key, several in every.items() if any(one.difference(found[key]) for one in several)}


def test_the_best_round_counts_and_costs_are_multiples_of_a_generators() -> None:
    found = measured(QUIET)
    assert found["microseconds"] == QUIET
    assert found["cost"] == {kind: QUIET[kind] / QUIET["generators"] for kind in KINDS[1:]}
    assert problems(found) == {"processes"}  # of which these looks know nothing


def test_a_greenlet_as_dear_as_a_thread_and_a_thread_that_is_none_are_not_as_predicted() -> None:
    assert "cost" in problems(measured({**QUIET, "greenlets": 20.0}))
    assert "cost" in problems(measured({**QUIET, "greenlets": 0.03}))
    assert "threads" in problems(measured(QUIET, threads=1))


@given(st.integers(1000, 10**5), st.integers(3, 20))
def test_who_is_switched_by_the_kernel_is_told_from_who_is_not(turns: int, rounds: int) -> None:
    least, _ = costs.context_switches("threads", turns, rounds)
    _, most = costs.context_switches("greenlets", turns, rounds)
    assert most is not None
    assert 0 < most < least == costs.switches(turns, rounds)
