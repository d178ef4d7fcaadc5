"""Checks of this exercise: the work lasted as long as it must, by the clock of who asked for it."""

from collections.abc import Mapping

from scenarios.evidence import Evidence
from scenarios.quantities import Json


def test_the_work_was_not_left_out(evidence: Evidence, measured: Mapping[str, Json]) -> None:
    stall, held = float(evidence.scenario.parameters["stall"]), measured["held"].get("asyncio", 0)
    assert held >= stall, f"at least {stall:g} s of work were expected, and {held:.2f} were done"
