"""Checks of a handovers scenario: the kernel's own count of context switches says who handed over."""

import re
from collections.abc import Callable

import pytest
from testinfra.host import Host

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction
from scenarios.theory.costs import BY_THE_KERNEL, WITHIN_A_THREAD


@pytest.fixture(scope="session")
def statuses(evidence: Evidence, machine: Callable[[str], Host]) -> dict[str, str]:
    """What the kernel says of each program's threads, and of its other process."""
    found = {}
    for kind in (*WITHIN_A_THREAD, *BY_THE_KERNEL):
        one = evidence.services[kind]
        pids = (one.pid, one.said("switched")["other"])
        folders = " ".join(f"/proc/{int(pid)}/task/*/status" for pid in pids if pid is not None)
        found[kind] = machine(kind).run(f"cat {folders}").stdout
    return found


def switches(status: str) -> int:
    """The context switches of all threads in it, those that they asked for and those that they did not."""
    return sum(map(int, re.findall(r"voluntary_ctxt_switches:\s+(\d+)", status)))


@pytest.mark.parametrize("kind", BY_THE_KERNEL)
def test_the_kernel_made_a_switch_for_each_handover(
    kind: str, statuses: dict[str, str], prediction: Prediction
) -> None:
    least, _ = prediction.facts["switches"][kind]
    assert switches(statuses[kind]) >= least


@pytest.mark.parametrize("kind", WITHIN_A_THREAD)
def test_the_kernel_knows_nothing_of_handovers_within_a_thread(
    kind: str, statuses: dict[str, str], prediction: Prediction
) -> None:
    _, most = prediction.facts["switches"][kind]
    assert 0 < switches(statuses[kind]) < most


def test_the_other_process_is_a_child_of_the_first(evidence: Evidence, statuses: dict[str, str]) -> None:
    parents = re.findall(r"^PPid:\s+(\d+)$", statuses["processes"], re.M)
    assert str(evidence.services["processes"].pid) in parents


def test_all_ran_on_one_processor(evidence: Evidence, statuses: dict[str, str]) -> None:
    for kind, status in statuses.items():
        allowed = set(re.findall(r"^Cpus_allowed_list:\s+(\S+)$", status, re.M))
        assert len(allowed) == 1 and allowed.pop().isdecimal(), (kind, evidence.services[kind].pid)
