"""The family close_wait: what it predicts, and how it measures."""

from dataclasses import replace

import pytest

from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import OutOfTime
from scenarios.families.base import Evidence, Known
from scenarios.families.close_wait import OWN
from scenarios.judging.failures import failure
from scenarios.results.sample import Sample
from scenarios.theory.descriptors import EMFILE
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("close_wait")


def look(moment: str, descriptors: int) -> Sample:
    return Sample(
        moment=moment, descriptors=descriptors, watched=1, nofile_soft=64, nofile_hard=64, resident=1, cpu_seconds=0
    )


def ran(leaking: int, *closing: int) -> Evidence:
    """A run of 40 clients: the descriptors of each server beyond its own, of the closing one at two moments."""
    said = event("served", server="leaking", served=40, error=None) + event(
        "served", server="closing", served=40, error=None
    )
    looks = tuple(look(moment, OWN + number) for moment, number in zip(("gone", "ended"), closing, strict=True))
    seen = evidence(
        service("leaking", samples=(look("gone", OWN + leaking), look("ended", OWN + leaking))),
        service("closing", samples=looks),
        service("client", said, exit_status=0),
    )
    return replace(seen, scenario=catalog.load("close-wait", {"clients": "40"}))


@pytest.mark.parametrize(("clients", "nofile", "served"), [(100, 64, 59), (40, 64, 40), (59, 64, 59), (300, 256, 251)])
def test_a_server_that_does_not_close_serves_as_many_as_it_has_descriptors(
    clients: int, nofile: int, served: int
) -> None:
    scenario = catalog.load("close-wait", {"clients": str(clients), "nofile": str(nofile)})
    predicted = FAMILY.predict(Known(scenario, {})).json()
    dies = clients > served
    assert predicted["served"] == {"leaking": served, "closing": clients}
    assert predicted["kept"] == {"leaking": None if dies else served, "closing": 0}
    assert predicted["error"] == (failure("leaking", "OSError", EMFILE, served + 1) if dies else None)


@pytest.mark.parametrize(
    ("closing", "late", "agrees"),
    [((0, 0), False, True), ((1, 0), False, True), ((1, 1), True, True), ((2, 2), False, False)],
)
def test_only_the_last_client_may_be_still_open_and_then_the_machine_was_too_busy(
    closing: tuple[int, int], late: bool, agrees: bool
) -> None:
    seen = ran(40, *closing)
    prediction, measured = FAMILY.predict(Known(seen.scenario, {}, seen)), FAMILY.measure(seen)
    assert bool(prediction.late) == late
    assert all(one.difference(measured[key]) is None for key, one in prediction.expected.items()) == agrees


def test_a_client_that_gave_up_says_nothing_of_the_server() -> None:
    said = event("served", server="leaking", served=7, error="TimeoutError")
    with pytest.raises(OutOfTime):
        FAMILY.measure(evidence(service("leaking"), service("closing"), service("client", said)))
