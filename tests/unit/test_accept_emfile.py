"""Servers out of descriptors: who is served and who is shed, by the descriptors that each has of its own."""

from pathlib import Path

import pytest

from scenarios import families, places
from scenarios.definition import catalog
from scenarios.errors import EvidenceError, LabError
from scenarios.families.accept_emfile.theory import ACCEPTORS, IDLE_SHARE
from scenarios.families.base import Known
from scenarios.results.sample import Sample
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("accept_emfile")
LINUX = dict.fromkeys((*ACCEPTORS, "crowd"), "linux")


def look(moment: str, burnt: float) -> Sample:
    """A look at a server."""
    return Sample(
        moment=moment, descriptors=64, watched=None, nofile_soft=64, nofile_hard=64, resident=1, cpu_seconds=0,
        all_cpu_seconds=burnt,
    )  # fmt: skip


@pytest.mark.parametrize("name", ACCEPTORS)
@pytest.mark.parametrize(("clients", "nofile"), [(64, 64), (200, 30), (900, 800)])
def test_every_client_is_served_shed_or_waits(name: str, clients: int, nofile: int) -> None:
    server = ACCEPTORS[name]
    assert server.room(nofile) + server.open_before == nofile
    assert server.shed(clients, nofile) == (clients - server.room(nofile) if server.closes_excess else 0)


def test_a_prediction_counts_with_the_limit() -> None:
    prediction = FAMILY.predict(Known(catalog.load("accept-emfile", {"nofile": "40", "clients": "50"}), LINUX)).json()
    assert prediction["served"] == {"naive": 35, "reserve": 34, "asyncio": 33, "gevent": 34}
    assert prediction["shed"] == {"naive": 0, "reserve": 16, "asyncio": 0, "gevent": 0}
    assert prediction["woken"]["reserve"] == 50


def test_a_server_alone_is_predicted_and_measured_alone() -> None:
    prediction = FAMILY.predict(Known(catalog.load("accept-reserve", {"nofile": "40", "clients": "50"}), LINUX))
    assert prediction.json() == {
        "served": {"reserve": 34}, "shed": {"reserve": 16}, "woken": {"reserve": 50},
        "cpu": {"reserve": {"at_most": IDLE_SHARE}}, "error": None,
    }  # fmt: skip
    assert not any(prediction.relations.values()) and "naive" not in prediction.reason
    samples = (look("settled", 0.2), look("held", 0.21))
    fate = event("finished", fates={"reserve": {"served": 1, "shed": 2}}, counts={"reserve": {"wakeups": 3}})
    measured = FAMILY.measure(evidence(service("reserve", samples=samples), service("crowd", fate, exit_status=0)))
    assert measured["cpu"] == {"reserve": 0.01} and measured["woken"] == {"reserve": 3}


def test_a_scenario_needs_one_of_theorys_servers(tmp_path: Path) -> None:
    text = places.catalog_files()["accept-reserve"].read_text(encoding="utf-8")
    mine = tmp_path / "mine.yaml"
    mine.write_text(text.replace("reserve:", "hoard:").replace("{reserve.", "{hoard."))
    with pytest.raises(LabError, match="needs at least one of the servers naive, reserve, asyncio, gevent"):
        catalog.load(str(mine), {})


def test_clients_for_whom_there_is_room_are_another_experiment() -> None:
    with pytest.raises(LabError, match="clients is 63: it must be at least nofile, which is 64"):
        catalog.load("accept-emfile", {"clients": "63"})


def test_the_processor_time_is_that_between_the_two_looks() -> None:
    fate = {name: {"served": 1, "shed": 2, "waiting": 3} for name in ACCEPTORS}
    counts = {name: {"wakeups": 9, "failed": 1, "shed": 2} for name in ACCEPTORS}
    crowd = service("crowd", event("finished", fates=fate, counts=counts), exit_status=0)
    servers = [
        service(name, samples=(look("ready", 0.1), look("settled", 0.2), look("held", 1.7))) for name in ACCEPTORS
    ]
    measured = FAMILY.measure(evidence(*servers, crowd))
    assert measured["cpu"] == dict.fromkeys(ACCEPTORS, 1.5)
    assert measured["woken"] == {"naive": 9, "reserve": 9, "pause": 9}
    assert measured["shed"] == dict.fromkeys(ACCEPTORS, 2)


def test_a_look_that_the_lab_missed_is_no_measured_time() -> None:
    servers = [service(name, missed={"held": "the engine was busy"}) for name in ACCEPTORS]
    with pytest.raises(EvidenceError, match="the engine was busy"):
        FAMILY.measure(evidence(*servers, service("crowd")))
