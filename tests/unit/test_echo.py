"""The family of the echo servers: theory against a simulation of the kernel's rules, and what is measured."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import families
from scenarios.definition import catalog
from scenarios.definition.scenario import LIMITS
from scenarios.errors import OutOfTime, UsageError
from scenarios.families.base import Known
from scenarios.judging.failures import failure
from scenarios.results.sample import Sample
from scenarios.theory import mechanisms
from scenarios.theory.descriptors import EMFILE
from scenarios.theory.mechanisms import MECHANISMS, Machine, fate
from tests.unit.builders import evidence, service
from tests.unit.scripted import event, raised

FAMILY = families.find("echo")
NAMES = st.sampled_from(sorted(MECHANISMS))
MACHINES = st.builds(Machine, st.integers(24, 1500), st.none() | st.integers(2, 300), st.integers(0, 1))


def simulated(name: str, machine: Machine, clients: int) -> tuple[int, str | None]:
    """Clients served and the first text that anyone says, by taking from the kernel what each client needs in turn."""
    mechanism = MECHANISMS[name]
    taken, tasks = mechanisms.open_before(name, machine.rings), 1
    for client in range(clients):
        if taken >= machine.nofile:
            return client, EMFILE if mechanism.refusal == "dies" else mechanisms.SEEN[mechanism.refusal][1]
        if mechanism.task != "loop":
            if machine.pids is not None and tasks >= machine.pids:
                return client, mechanisms.NO_TASK[mechanism.task][1]
            tasks += 1
        if name == "select" and taken >= 1024:
            return client, "filedescriptor out of range in select()"
        taken += mechanism.per_client
    return clients, None


@given(NAMES, MACHINES, st.integers(1, 1500))
def test_theory_is_what_a_simulation_of_the_kernels_rules_finds(name: str, machine: Machine, clients: int) -> None:
    found = fate(name, machine, clients)
    assert (found.served, found.message or None) == simulated(name, machine, clients)
    assert found.reason
    assert (found.says is None) == (found.served == clients)


@given(NAMES, MACHINES, st.integers(1, 1500))
def test_no_server_ever_has_more_than_its_machine_allows(name: str, machine: Machine, clients: int) -> None:
    served = fate(name, machine, clients).served
    assert mechanisms.descriptors(name, served, machine.rings) <= machine.nofile
    tasks = max(mechanisms.threads(name, served), mechanisms.processes(name, served))
    assert machine.pids is None or tasks <= machine.pids


@pytest.mark.parametrize("name", sorted(MECHANISMS))
def test_a_loop_is_one_thread_and_the_others_have_one_task_for_each_client(name: str) -> None:
    tasks = {"threads": (1, 101), "fork": (101, 101)}.get(name, (1, 1))
    assert (mechanisms.processes(name, 100), mechanisms.threads(name, 100)) == tasks


def predicted(scenario: str, limits: frozenset[str] = LIMITS, **given_: str) -> dict[str, object]:
    """The prediction's JSON."""
    return FAMILY.predict(Known(catalog.load(scenario, given_), {"server": "linux"}, None, limits)).json()


def test_where_pids_limit_does_not_bind_there_is_no_such_cliff() -> None:
    assert predicted("echo-fork", pids_limit="50")["served"] == 49
    assert predicted("echo-fork", LIMITS - {"pids_limit"}, pids_limit="50")["served"] == 200


def test_a_server_that_died_has_no_threads_to_count() -> None:
    dead = predicted("echo-threads", nofile="64")
    assert (dead["served"], dead["threads"], dead["descriptors"]) == (60, None, None)
    waiting = predicted("echo-gevent", nofile="64")
    assert (waiting["served"], waiting["threads"], waiting["descriptors"]) == (58, 1, 64)
    assert waiting["error"] == failure("client", "TimeoutError", "timed out", 59)


def test_the_ring_that_libuv_was_given_counts() -> None:
    scenario = catalog.load("echo-uvloop")
    for rings in (0, 1):
        run = evidence(service("server", event("ready", rings=rings)), service("client"))
        prediction = FAMILY.predict(Known(scenario, {}, replace(run, scenario=scenario)))
        assert prediction.json()["descriptors"] == 200 + 13 + rings


def test_more_tasks_than_a_machine_has_memory_for_are_wrong_usage() -> None:
    with pytest.raises(UsageError, match="at most 1000 are allowed"):
        catalog.load("echo-fork", {"clients": "1001"})


def look(moment: str) -> Sample:
    """A look at the server."""
    return Sample(moment=moment, descriptors=9, watched=None, nofile_soft=64, nofile_hard=64, resident=1, cpu_seconds=0,
                  processes=2, threads=3)  # fmt: skip


def test_what_is_measured_is_the_clients_word_and_the_look_at_the_server() -> None:
    server = replace(service("server"), samples=(look("ready"), look("connected")))
    client = service("client", event("connected", clients=5) + event("finished", served=4), exit_status=0)
    assert FAMILY.measure(evidence(server, client)) == {
        "served": 4, "processes": 2, "threads": 3, "descriptors": 9, "error": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "stderr", "error"),
    [
        (1, raised("OSError", EMFILE), failure("server", "OSError", EMFILE, 3)),
        (None, "", failure("client", "TimeoutError", "timed out", 3)),
    ],
)
def test_a_refusal_is_the_servers_failure_if_it_died_and_else_what_the_client_saw(
    status: int | None, stderr: str, error: object
) -> None:
    refused = event("refused", client=3, error="TimeoutError", message="timed out") + event("connected", clients=2)
    run = evidence(service("server", stderr=stderr, exit_status=status), service("client", refused, exit_status=1))
    measured = FAMILY.measure(run)
    assert (measured["served"], measured["error"]) == (2, error)


def test_clients_that_gave_up_before_their_answer_came_say_nothing_of_the_server() -> None:
    client = service("client", event("finished", served=4, gave_up_early=1), exit_status=1)
    with pytest.raises(OutOfTime, match="1 clients had their answers after they gave up"):
        FAMILY.measure(evidence(service("server"), client))
