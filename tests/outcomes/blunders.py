"""Checks of a blunders scenario: who lives and who died, and what each kept of its clients."""

from collections.abc import Callable

from testinfra.host import Host

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction


def test_those_died_that_their_mistake_kills_and_no_others(
    evidence: Evidence, prediction: Prediction, machine: Callable[[str], Host]
) -> None:
    servers = (*prediction.facts["dead"], *prediction.facts["living"])
    living = [name for name in servers if machine(name).run(f"kill -0 {evidence.services[name].pid}").rc == 0]
    assert sorted(living) == prediction.facts["living"]


def test_nobody_complains_who_lives(evidence: Evidence, prediction: Prediction) -> None:
    for name in prediction.facts["living"]:
        evidence.services[name].whole_logs()
        assert evidence.services[name].stderr_tail == "", name


def test_every_server_has_the_descriptors_of_a_loop_before_its_first_client(
    evidence: Evidence, prediction: Prediction
) -> None:
    servers = (*prediction.facts["dead"], *prediction.facts["living"])
    open_before = {name: evidence.services[name].sampled("ready").descriptors for name in servers}
    assert open_before == dict.fromkeys(servers, prediction.facts["descriptors"])


def test_each_kept_one_connection_while_all_were_silent(evidence: Evidence, prediction: Prediction) -> None:
    # The half-closed one where its end is not understood, and else the silent one: the right server closed the other.
    for name in ("right", *prediction.facts["sleepless"]):
        look = evidence.services[name].sampled("awake")
        assert (look.descriptors, look.watched) == (prediction.facts["descriptors"] + 1, 2), name


def test_every_server_is_one_thread(evidence: Evidence, prediction: Prediction) -> None:
    assert {evidence.services[name].sampled("idle").threads for name in prediction.facts["living"]} == {1}


def test_the_client_came_to_its_end(evidence: Evidence) -> None:
    assert evidence.services["client"].exit_status == 0
    evidence.services["client"].said("finished")
