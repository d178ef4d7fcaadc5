"""Checks of this exercise: more clients were there at the same time than select has bits."""

from scenarios.evidence import Evidence
from scenarios.theory.descriptors import FD_SETSIZE


def test_descriptors_above_those_of_select_were_served(evidence: Evidence) -> None:
    seen = evidence.services["server"].sampled("connected").descriptors
    most = FD_SETSIZE["linux"]
    assert seen > most, f"more than {most} descriptors were expected, and {seen} were open"
