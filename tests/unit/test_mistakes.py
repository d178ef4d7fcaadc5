"""The family of the tutorial's mistakes: what theory says of each, and what is measured."""

from dataclasses import replace

from labs.programs.clients import tutorial_bugs
from labs.programs.songs import SONGS
from scenarios import families, spec
from scenarios.evidence import Sample
from scenarios.families.base import Known
from scenarios.pictures import Grid
from scenarios.theory import streams
from tests.unit.made import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("mistakes")


def look(moment: str, cpu: float) -> Sample:
    """A look at a server."""
    return Sample(moment=moment, descriptors=5, watched=1, nofile_soft=64, nofile_hard=64, resident=1, cpu_seconds=cpu)


def test_the_client_tries_just_what_theory_knows_of() -> None:
    tried = [probe.__name__.replace("_", " ") for probe in tutorial_bugs.TOGETHER]
    assert sorted([*tried, "half close", "reset"]) == sorted(streams.MISTAKES)


def test_the_silently_wrong_size_is_the_right_one_with_the_body_behind_it() -> None:
    assert int(b"%d" % len(SONGS["digits"]) + SONGS["digits"]) == streams.SIZE_OF_DIGITS


def test_the_right_server_serves_whatever_is_tried() -> None:
    predicted = FAMILY.predict(Known(spec.load("tutorial-bugs", {"idle": "2"}), {})).json()
    assert set(predicted["right"].values()) == {streams.SERVED}
    assert streams.SERVED not in predicted["wrong"].values()
    assert predicted["cpu"]["wrong"] == {"at_least": 0.1}


def test_what_is_measured_is_what_the_client_saw_and_what_the_looks_saw_between_two_moments() -> None:
    servers = [
        replace(service(name), samples=(look("idle", 1.0), look("awake", 1.0 + spent)))
        for name, spent in (("wrong", 0.75), ("right", 0.0))
    ]
    said = "".join(event("tried", server=name, what="reset", outcome=name) for name in ("wrong", "right"))
    measured = FAMILY.measure(evidence(*servers, service("client", said, exit_status=0)))
    assert measured["cpu"] == {"right": 0.0, "wrong": 0.75}
    assert (measured["wrong"], measured["right"]) == ({"reset": "wrong"}, {"reset": "right"})


def test_both_servers_stand_side_by_side_in_a_table() -> None:
    outcomes = dict.fromkeys(streams.MISTAKES, "served")
    (grid,) = FAMILY.pictures({"wrong": streams.MISTAKES, "right": outcomes})
    assert isinstance(grid, Grid)
    assert grid.rows["reset"] == ["server gone", "served"]
