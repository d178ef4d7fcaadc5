"""The family of hostile clients: theory counts with the server's own bounds, and what is measured is what was seen."""

import contextlib

import pytest

from labs.programs.clients.hostile_behaviours import BEHAVIOURS
from labs.programs.clients.hostile_peer import Peer
from labs.programs.servers import connection, transfer
from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import LabError, OutOfTime
from scenarios.families import hostile_clients
from scenarios.families.base import Known
from scenarios.families.hostile_clients import theory
from scenarios.pictures import Band, Bars, Percentiles
from scenarios.results.sample import Sample
from tests.programs.process import serving
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("hostile_clients")


def sample(moment: str, descriptors: int, mib: float) -> Sample:
    """A look at the server."""
    return Sample(
        moment=moment,
        descriptors=descriptors,
        watched=None,
        nofile_soft=64,
        nofile_hard=64,
        resident=int(mib * 1024**2),
        cpu_seconds=0,
    )


def test_theory_counts_with_the_bounds_that_the_server_has() -> None:
    assert theory.CHUNK == connection.CHUNK
    assert theory.CHUNK + theory.BESIDE_THE_CHUNK == connection.KEPT
    assert theory.IDLE == connection.KEPT_IDLE
    assert theory.UNHEARD == 2 * transfer.MOST_ACCEPTED
    assert len(BEHAVIOURS) == hostile_clients.BEHAVIOURS


def test_no_more_connections_are_open_at_the_same_time_than_theory_counts() -> None:
    most = []
    with serving("servers.transfer") as (ready, _):
        for behaviour in BEHAVIOURS:
            peer, open_at_once = Peer(("127.0.0.1", ready["port"])), [0]
            with contextlib.suppress(ConnectionError):
                for _ in behaviour(peer):
                    open_at_once.append(len(peer.sockets))
            most.append(max(open_at_once))
            peer.reset()
    assert sum(most) <= theory.AT_ONCE


def test_the_memory_that_is_allowed_grows_by_a_chunk_for_each_connection() -> None:
    assert theory.kept(2, 0) - theory.kept(1, 0) == connection.KEPT
    assert theory.kept(0, 2) - theory.kept(0, 1) == theory.AT_ONCE * connection.KEPT


def test_all_clients_are_served_and_nothing_is_left() -> None:
    prediction = FAMILY.predict(Known(catalog.load("hostile-clients"), {"server": "linux"}))
    assert prediction.json() == {
        "served": 50,
        "memory": {"at_most": 23.8},
        "descriptors": 5,
        "error": None,
    }
    assert "100 hostile clients" in prediction.reason


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"nofile": "300"}, "nofile is 300: it must be at least"),
        ({"selector": "select", "each": "20"}, "that select has room for"),
    ],
)
def test_a_server_without_room_for_all_is_another_experiment(given: dict[str, str], problem: str) -> None:
    with pytest.raises(LabError, match=problem):
        catalog.load("hostile-clients", given)


def test_what_is_measured_is_the_clients_word_and_what_the_looks_saw() -> None:
    looks = (sample("ready", 5, 20), sample("connected", 90, 23.5), sample("finished", 5, 22))
    server = service("server", samples=looks)
    client = service("client", event("finished", served=49), exit_status=0)
    measured = FAMILY.measure(evidence(server, service("hostile"), client))
    assert measured == {"served": 49, "memory": 3.5, "descriptors": 5, "error": None, "times": {}, "took": {}}


@pytest.mark.parametrize(
    "ended", [{"by": "time", "settled": True}, {"by": "truce", "settled": True, "gave_up_early": 2}]
)
def test_an_attack_on_a_machine_that_was_too_slow_says_nothing_of_the_server(ended: dict[str, object]) -> None:
    hostile = service("hostile", event("finished", **ended), exit_status=0)
    with pytest.raises(OutOfTime, match="this machine is too busy"):
        FAMILY.measure(evidence(service("server", samples=(sample("ready", 5, 20),)), hostile, service("client")))


def test_an_attack_is_told_in_words() -> None:
    begun = {"event": "ready", "behaviours": 20, "clients": 100}
    ended = {"event": "finished", "behaviours": {"idle": 3, "dribbles": 4}, "seconds": 1.25, "sent": 9}
    assert FAMILY.tell("hostile", begun) == "hostile: 100 hostile clients with 20 behaviours"
    assert FAMILY.tell("hostile", ended) == "hostile: 7 rounds in 1.2 s, 9 bytes sent"
    assert FAMILY.tell("server", {"event": "closed"}) is None


def test_the_memory_bound_and_the_honest_clients_times_are_drawn() -> None:
    scenario = catalog.load("hostile-clients")
    predicted = FAMILY.predict(Known(scenario, {"server": "linux"})).json()
    told = {"served": 50, "memory": 3.5, "descriptors": 5, "error": None}
    took = {"50 %": 0.1, "100 %": 0.3}
    bound, served, during, each = FAMILY.scene(
        scenario, {**told, "times": {"all honest clients": 0.5, "the attack": 2.0}, "took": took}, predicted
    )
    assert isinstance(bound, Bars)
    assert bound.predicted["server"] == Band(high=predicted["memory"]["at_most"])
    assert isinstance(served, Bars)
    assert isinstance(during, Bars)
    assert isinstance(each, Percentiles)
    assert each.series["honest clients"] == took
    assert len(FAMILY.scene(scenario, told, predicted)) == 2, "an older run"
