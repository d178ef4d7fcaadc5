"""Checks of switch_cost: the kernel's count of context switches shows which programs it switched."""

import re
from collections.abc import Callable

import pytest
from testinfra.host import Host

from scenarios.errors import Unavailable
from scenarios.families.base import Prediction
from scenarios.results.evidence import Evidence
from scenarios.theory.costs import BY_THE_KERNEL, WITHIN_A_THREAD

# A program also writes its events.
OTHER_WRITES = 50
# The part of the turns in which each sleeps at least. A process need not sleep if its byte is already there, and a
# thread sleeps twice in a turn: for the lock and for the GIL.
ALTERNATING = {"threads": 0.7, "processes": 0.3}


@pytest.fixture(scope="session")
def statuses(evidence: Evidence, machine: Callable[[str], Host]) -> dict[str, str]:
    found = {}
    for kind in (*WITHIN_A_THREAD, *BY_THE_KERNEL):
        one = evidence.services[kind]
        pids = (one.pid, one.said("switched")["other"])
        folders = " ".join(f"/proc/{int(pid)}/task/*/status" for pid in pids if pid is not None)
        found[kind] = machine(kind).run(f"cat {folders}").stdout
    return found


def switches(status: str) -> int:
    """The context switches of all threads in a status text, voluntary and involuntary."""
    return sum(map(int, re.findall(r"voluntary_ctxt_switches:\s+(\d+)", status)))


@pytest.mark.parametrize("kind", BY_THE_KERNEL)
def test_the_kernel_made_every_switch_between_threads_or_processes(
    kind: str, statuses: dict[str, str], prediction: Prediction
) -> None:
    least, _ = prediction.facts["switches"][kind]
    assert switches(statuses[kind]) >= least


@pytest.mark.parametrize("kind", WITHIN_A_THREAD)
def test_the_kernel_made_no_switch_within_a_thread(kind: str, statuses: dict[str, str], prediction: Prediction) -> None:
    _, most = prediction.facts["switches"][kind]
    assert 0 < switches(statuses[kind]) < most


@pytest.mark.parametrize("kind", BY_THE_KERNEL)
def test_both_threads_or_processes_slept_in_every_turn(
    kind: str, statuses: dict[str, str], prediction: Prediction
) -> None:
    least, _ = prediction.facts["switches"][kind]
    each = sorted(int(one) for one in re.findall(r"^voluntary_ctxt_switches:\s+(\d+)", statuses[kind], re.M))
    assert each[-2] >= ALTERNATING[kind] * least / 2, each


@pytest.mark.parametrize(
    ("kind", "task"), [("generators", "generator"), ("greenlets", "greenlet"), ("threads", "thread")]
)
def test_the_other_task_is_of_its_kind(kind: str, task: str, evidence: Evidence) -> None:
    assert evidence.services[kind].said("switched")["shown"] == [task]


def test_the_other_process_is_a_child_of_the_first(evidence: Evidence, statuses: dict[str, str]) -> None:
    parents = re.findall(r"^PPid:\s+(\d+)$", statuses["processes"], re.M)
    assert str(evidence.services["processes"].pid) in parents


def test_all_programs_ran_on_one_cpu(evidence: Evidence, statuses: dict[str, str]) -> None:
    for kind, status in statuses.items():
        allowed = set(re.findall(r"^Cpus_allowed_list:\s+(\S+)$", status, re.M))
        assert len(allowed) == 1 and allowed.pop().isdecimal(), (kind, evidence.services[kind].pid)


@pytest.mark.parametrize("kind", (*WITHIN_A_THREAD, *BY_THE_KERNEL))
def test_the_other_task_had_all_its_turns(
    kind: str, evidence: Evidence, machine: Callable[[str], Host], prediction: Prediction
) -> None:
    # It writes in each turn of the last round, and the other process in each turn; the kernel counts that by thread.
    one = evidence.services[kind]
    other = one.said("switched")["other"]
    folder = f"/proc/{one.pid if other is None else int(other)}/task"
    told = machine(kind).run(f"cd {folder} && grep -H syscw: */io").stdout
    written = {int(thread): int(count) for thread, count in re.findall(r"^(\d+)/io:syscw: (\d+)$", told, re.M)}
    if not written:
        raise Unavailable("this kernel does not count the writes of a thread (/proc/PID/task/TID/io)")
    main = written.pop(one.pid, 0)
    counted = max(written.values(), default=0) if kind in BY_THE_KERNEL else main
    assert 0 <= counted - prediction.facts["writes"][kind] <= OTHER_WRITES


@pytest.mark.parametrize("kind", (*WITHIN_A_THREAD, *BY_THE_KERNEL))
def test_only_the_program_with_greenlets_has_loaded_their_library(
    kind: str, evidence: Evidence, machine: Callable[[str], Host]
) -> None:
    found = machine(kind).run(f"grep -c _greenlet /proc/{evidence.services[kind].pid}/maps")
    assert (found.rc == 0) == (kind == "greenlets")
