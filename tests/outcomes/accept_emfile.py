"""Checks of accept_emfile: descriptors of each server before and after, and that every server still runs."""

from collections.abc import Callable

import pytest
from testinfra.host import Host

from scenarios.errors import Unavailable
from scenarios.families.base import Prediction
from scenarios.judging.waiting import Look, sleeps_in
from scenarios.results.evidence import Evidence, ServiceEvidence

# A server that sleeps wakes a few times for other reasons, such as a page of its code that must be read.
FEW_WAKES, MANY = 5, 10**9


@pytest.fixture(scope="session")
def servers(evidence: Evidence, prediction: Prediction) -> dict[str, ServiceEvidence]:
    return {name: evidence.services[name] for name in prediction.facts["descriptors"]}


def test_the_effective_limits_are_those_of_the_scenario(
    servers: dict[str, ServiceEvidence], prediction: Prediction
) -> None:
    limits = {name: server.sampled("ready").nofile_soft for name, server in servers.items()}
    assert limits == dict.fromkeys(servers, prediction.facts["full"])


def test_before_the_first_client_the_predicted_descriptors_are_open(
    servers: dict[str, ServiceEvidence], prediction: Prediction
) -> None:
    seen = {name: server.sampled("ready").descriptors for name, server in servers.items()}
    assert seen == prediction.facts["descriptors"]


def test_every_server_has_used_up_its_descriptors(servers: dict[str, ServiceEvidence], prediction: Prediction) -> None:
    seen = {name: server.sampled("held").descriptors for name, server in servers.items()}
    assert seen == dict.fromkeys(servers, prediction.facts["full"])


def test_a_server_that_pauses_sleeps_and_one_that_tries_again_wakes(
    evidence: Evidence, servers: dict[str, ServiceEvidence]
) -> None:
    # asyncio and gevent try again after a second at most, and a server that has paused waits for a client to leave.
    hold = float(evidence.scenario.parameters["hold"])
    wakes = {"pause": (0, FEW_WAKES), "asyncio": (int(hold) - 1, MANY), "gevent": (int(hold) - 1, MANY)}
    ours = {name for name in servers if not evidence.scenario.services[name].code}  # a learner may pause for some time
    for name in sorted(wakes.keys() & ours):
        least, most = wakes[name]
        before, after = servers[name].sampled("settled").voluntary, servers[name].sampled("held").voluntary
        if before is None or after is None:
            raise Unavailable("this kernel does not count context switches")
        assert least <= after - before <= most, f"{name} woke {after - before} times while all clients stayed connected"


def test_every_server_is_still_running(servers: dict[str, ServiceEvidence], machine: Callable[[str], Host]) -> None:
    lives = {name: machine(name).run(f"kill -0 {server.pid}").rc == 0 for name, server in servers.items()}
    assert lives == dict.fromkeys(servers, True)


def test_every_server_sleeps_in_epoll_when_its_clients_have_left(look: Look, prediction: Prediction) -> None:
    for name, descriptors in prediction.facts["descriptors"].items():
        sleeps_in(look, name, "epoll", descriptors)
