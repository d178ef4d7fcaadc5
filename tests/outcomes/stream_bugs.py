"""Checks of stream_bugs: which servers live and which died, and what each still has of its clients."""

from collections.abc import Callable

from testinfra.host import Host

from scenarios.families.base import Prediction
from scenarios.judging.waiting import Look, sleeps_in
from scenarios.results.evidence import Evidence


def test_only_servers_with_a_fatal_mistake_have_died(
    evidence: Evidence, prediction: Prediction, machine: Callable[[str], Host]
) -> None:
    servers = (*prediction.facts["dead"], *prediction.facts["living"])
    living = [name for name in servers if machine(name).run(f"kill -0 {evidence.services[name].pid}").rc == 0]
    assert sorted(living) == prediction.facts["living"]


def test_servers_that_live_wrote_nothing_to_stderr(evidence: Evidence, prediction: Prediction) -> None:
    for name in prediction.facts["living"]:
        evidence.services[name].whole_logs()
        assert evidence.services[name].stderr_tail == "", name


def test_before_the_first_client_every_server_has_the_predicted_descriptors(
    evidence: Evidence, prediction: Prediction
) -> None:
    servers = (*prediction.facts["dead"], *prediction.facts["living"])
    open_before = {name: evidence.services[name].sampled("ready").descriptors for name in servers}
    assert open_before == dict.fromkeys(servers, prediction.facts["descriptors"])


def test_idle_servers_have_only_the_predicted_connections(evidence: Evidence, prediction: Prediction) -> None:
    for name, kept in prediction.facts["kept"].items():
        look = evidence.services[name].sampled("awake")
        assert (look.descriptors, look.watched) == (prediction.facts["descriptors"] + kept, 1 + kept), name


def test_every_server_is_one_thread(evidence: Evidence, prediction: Prediction) -> None:
    assert {evidence.services[name].sampled("idle").threads for name in prediction.facts["living"]} == {1}


def test_the_right_server_sleeps_in_epoll_when_its_clients_have_left(look: Look, prediction: Prediction) -> None:
    sleeps_in(look, "right", "epoll", prediction.facts["descriptors"])


def test_the_client_tried_everything(evidence: Evidence, prediction: Prediction) -> None:
    evidence.services["client"].said("finished")
    assert evidence.services["client"].exit_status == prediction.facts["client_exit"]


def test_the_right_server_has_no_client_left(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    right = evidence.services["right"]
    left = int(machine("right").run(f"ls /proc/{right.pid}/fd | wc -l").stdout)
    assert left == right.sampled("ready").descriptors
