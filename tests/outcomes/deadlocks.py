"""Checks of a deadlocks scenario, on the living process: each thread sleeps, is not woken, and takes no processor."""

import re
from collections.abc import Callable, Mapping

from testinfra.host import Host

from scenarios.evidence import Evidence, ServiceEvidence
from scenarios.families.base import Prediction
from scenarios.quantities import Json

# Ticks of the kernel's clock of processor time, in seconds: what the lab's own look may add.
STILL = 0.05
# Seconds for which nobody is woken: who tries again and again does so much sooner.
FOR = 0.3


def tasks(host: Host, service: ServiceEvidence) -> dict[str, tuple[str, int]]:
    """Of each thread its state and how often it has switched, by the kernel's account."""
    said = host.run(f"cat /proc/{service.pid}/task/*/status")
    assert said.rc == 0, said.stderr
    found = re.findall(r"^State:\t(\w).*?^Pid:\t(\d+)$.*?^voluntary_ctxt_switches:\t(\d+)$", said.stdout, re.M | re.S)
    return {pid: (state, int(switches)) for state, pid, switches in found}


def test_every_thread_sleeps_and_none_is_woken(
    evidence: Evidence, machine: Callable[[str], Host], measured: Mapping[str, Json]
) -> None:
    service = evidence.services["threads"]
    before = tasks(machine("threads"), service)
    assert machine("threads").run(f"sleep {FOR}").rc == 0  # the time between the two looks, and no wait for anything
    after = tasks(machine("threads"), service)
    assert len(before) == measured["waiting"] + 1
    assert before == after
    assert {state for state, _ in before.values()} == {"S"}


def test_who_waits_for_ever_takes_no_processor(evidence: Evidence) -> None:
    service = evidence.services["threads"]
    took = service.sampled("later").cpu_seconds - service.sampled("ready").cpu_seconds
    assert took <= STILL


def test_the_process_lives(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    service = evidence.services["threads"]
    assert machine("threads").run(f"kill -0 {service.pid}").rc == 0
    assert service.exit_status is None


def test_a_ring_of_waits_is_what_keeps_them(prediction: Prediction, measured: Mapping[str, Json]) -> None:
    assert (measured["finished"] == 0) == prediction.facts["ring"]
