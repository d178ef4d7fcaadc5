"""From evidence to what was measured: who was served, how long it took, and what failed."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import EvidenceError
from scenarios.families import base
from scenarios.families.common import band, bands, client_limits, quantity_pictures
from scenarios.judging import failures
from scenarios.judging.failures import failure
from scenarios.judging.quantities import Json, Quantity
from scenarios.pictures import Band, Bars, Grid, Timeline
from scenarios.results.evidence import Evidence, ServiceEvidence
from scenarios.theory.descriptors import EMFILE, TOO_MANY_FDS
from tests.unit.builders import evidence, service
from tests.unit.scripted import event, raised

RAISED = raised("KeyError", "'a'")
DEAD = service("server", stderr=raised("OSError", EMFILE), exit_status=1)


def measured_of(run: Evidence) -> dict[str, Json]:
    """What the run's own family measures."""
    return base.measure(families.find(run.scenario.family), run)


def refused_at(client: int, served: int) -> ServiceEvidence:
    """A client whose connection number `client` was refused."""
    said = event("refused", client=client, error="ConnectionResetError", message="reset")
    return service("client", said + event("connected", clients=served) + event("finished", served=0), exit_status=1)


def test_clients_whose_transfers_were_verified_are_served() -> None:
    said = event("connected", clients=100) + event("finished", served=99)
    run = evidence(service("server"), service("client", said, exit_status=0))
    assert measured_of(run) == {"served": 99, "error": None}


def test_clients_that_never_finished_were_not_served() -> None:
    client = service("client", event("connected", clients=100))
    assert measured_of(evidence(service("server"), client)) == {"served": 0, "error": None}


def test_a_dead_server_served_those_it_had_answered() -> None:
    measured = measured_of(evidence(DEAD, refused_at(60, 59)))
    assert measured["served"] == 59
    assert measured["error"] == failure("server", "OSError", EMFILE, 60)


def test_a_server_that_died_without_refusing_anyone_failed_at_no_client() -> None:
    client = service("client", event("connected", clients=100) + event("finished", served=100))
    measured = measured_of(evidence(DEAD, client))
    assert measured["error"] == failure("server", "OSError", EMFILE, None)


def test_a_refused_client_without_a_dead_server_is_the_clients_failure() -> None:
    measured = measured_of(evidence(service("server"), refused_at(60, 59)))
    assert measured["error"] is not None
    assert (measured["error"]["service"], measured["error"]["at_client"]) == ("client", 60)


def test_fetches_are_their_times_and_all_their_bytes_together() -> None:
    fetched = [service(name, event("fetched", seconds=s, bytes=7)) for name, s in (("serial", 1.5), ("gevent", 1))]
    run = dataclasses.replace(evidence(*fetched), scenario=catalog.load("fetch"))
    assert measured_of(run) == {"seconds": {"serial": 1.5, "gevent": 1.0}, "bytes": 14, "error": None, "spans": {}}


def test_fetches_at_the_same_time_are_drawn_in_lanes_of_their_own_and_those_one_after_another_in_one() -> None:
    spans = {"serial": [[0, 0.3], [0.3, 0.6]], "threads": [[0, 0.3], [0.001, 0.3], [0.3, 0.6]]}
    seconds = {"serial": 0.6, "threads": 0.6}
    told = {"seconds": {"serial": [0.6, 1.2], "threads": [0.6, 1.2]}}
    fetch = catalog.load("fetch")
    total, drawn = families.find("fetch").scene(fetch, {"spans": spans, "seconds": seconds}, told)
    assert isinstance(total, Bars)
    assert total.predicted["serial"] == Band(0.6, 1.2)
    assert isinstance(drawn, Timeline)
    assert {name: [(one.begin, one.end) for one in lane] for name, lane in drawn.lanes.items()} == {
        "serial": [(0.0, 0.3), (0.3, 0.6)],
        "threads 1": [(0.0, 0.3), (0.3, 0.6)],
        "threads 2": [(0.001, 0.3)],
    }
    many = {"spans": {"threads": [[0, 1]] * 41}, "seconds": seconds}
    assert len(families.find("fetch").scene(fetch, many, told)) == 1, "no timeline that does not fit"


APART = {(fast, slow) for fast in ("threads", "gevent", "asyncio") for slow in ("serial", "gevent-unpatched")}


@pytest.mark.parametrize(
    ("parameters", "cost", "pairs"),
    [({}, 0.001, APART), ({"pool": "1"}, 0.001, set()), ({"urls": "1"}, 0.001, set()), ({}, 0.5, set())],
)
def test_concurrent_fetchers_must_be_faster_only_where_theory_keeps_the_bounds_apart(
    parameters: dict[str, str], cost: float, pairs: set[tuple[str, str]]
) -> None:
    scenario = catalog.load("fetch", parameters)
    said = [service(name, event("calibrated", cost=cost, cpu=0)) for name in ("serial", "threads", "gevent", "asyncio")]
    run = dataclasses.replace(evidence(*said), scenario=scenario)
    known = base.Known(scenario, dict.fromkeys(scenario.services, "linux"), run)
    orders = families.find("fetch").predict(known).relations_json().get("seconds", [])
    assert {tuple(order["order"]) for order in orders} == pairs


@pytest.mark.parametrize(
    "said",
    [
        event("refused"),
        event("connected") + event("refused", client=3, error="E", message="m"),
        event("connected", clients=None) + event("refused", client=3, error="E", message="m"),
        event("connected", clients=2) + event("refused", client="third", error="E", message="m"),
        event("connected", clients=3) + event("finished", served=[3]),
        event("connected", clients=3) + event("finished", served=float("inf")),
    ],
)
def test_events_that_lack_what_is_measured_by_them_are_the_labs_own_error(said: str) -> None:
    with pytest.raises(EvidenceError, match="cannot be understood"):
        measured_of(evidence(service("server"), service("client", said)))


def test_a_kill_for_memory_is_told_from_any_other() -> None:
    killed = service("server", exit_status=137, out_of_memory=True)
    told = failure("server", failures.OUT_OF_MEMORY, "killed by the kernel: out of memory")
    assert failures.failure_of(killed) == told
    plain = failures.failure_of(service("server", exit_status=137))
    assert plain == failure("server", "Exit", "exit status 137")


@pytest.mark.parametrize("status", [0, None])
def test_a_service_that_ended_well_or_still_runs_did_not_fail(status: int | None) -> None:
    assert failures.failure_of(service("server", stderr=RAISED, exit_status=status)) is None


def test_the_first_failure_is_that_of_the_first_service() -> None:
    services = [service("a"), service("b", exit_status=2), service("c", exit_status=3)]
    assert failures.first_failure(services) == failure("b", "Exit", "exit status 2")


@pytest.mark.parametrize(
    ("stderr", "found"),
    [
        (raised("ValueError", TOO_MANY_FDS), ("ValueError", TOO_MANY_FDS)),
        (raised("ValueError", TOO_MANY_FDS).replace("\n", "\r\n"), ("ValueError", TOO_MANY_FDS)),
        (RAISED + "\nDuring handling ...\n\n" + raised("OSError", EMFILE), ("OSError", EMFILE)),
        (raised("labs.programs.Broken", "a: b"), ("labs.programs.Broken", "a: b")),
        ("noise\n" + RAISED + "more noise\n", ("KeyError", "'a'")),
        (RAISED.replace(": 'a'", ""), ("KeyError", "")),
        ("ValueError: this is only printed\n", None),
        (failures.TRACEBACK, None),
        ("", None),
    ],
)
def test_the_last_traceback_names_the_exception(stderr: str, found: tuple[str, str] | None) -> None:
    assert failures.uncaught(stderr) == found


@given(st.text())
def test_any_text_on_stderr_is_an_exception_or_none(text: str) -> None:
    for stderr in (text, failures.TRACEBACK + text, f"{failures.TRACEBACK}\n{text}"):
        found = failures.uncaught(stderr)
        assert found is None or (failures.TRACEBACK in stderr and found[0])


@pytest.mark.parametrize("former", families.FORMER)
def test_a_run_of_before_finds_its_family_by_its_former_name(former: str) -> None:
    current = families.current_name(former)
    assert current != former
    assert families.find(former) is families.find(str(current))


def test_a_family_that_never_was_has_no_name_of_today() -> None:
    assert families.current_name("nothing") is None


CAME, MOST = "the number of clients", "the most clients within {}"


@pytest.mark.parametrize(
    ("came", "limits", "lines"),
    [
        (1100, {"a": 1020, "b": 1020, "c": 1023}, {1100: CAME, 1020: MOST.format("a and b"), 1023: MOST.format("c")}),
        (1100, {"a": 1020, "b": 4092}, {1100: CAME, 1020: MOST.format("a")}),
        (500, {"a": 1019}, {500: CAME, 1019: MOST.format("a")}),
        (500, {"a": 500}, {500: f"{CAME}, and {MOST.format('a')}"}),
        (100, {"a": 1019}, {100: CAME}),
        (100, {}, {100: CAME}),
    ],
)
def test_the_limits_near_the_clients_that_came_are_lines(
    came: int, limits: dict[str, int], lines: dict[int, str]
) -> None:
    assert {bound.value: bound.words for bound in client_limits(came, limits)} == lines


@pytest.mark.parametrize(
    ("predicted", "drawn"),
    [
        (3, Band(3, 3)),
        ([1, 2], Band(1, 2)),
        ({"at_least": 2}, Band(low=2)),
        ({"at_most": 2}, Band(high=2)),
        (None, Band()),
        ("words", Band()),
        ([1, 2, 3], Band()),
    ],
)
def test_a_picture_draws_what_the_record_predicts(predicted: Json, drawn: Band) -> None:
    assert band(predicted) == drawn
    of_names = bands({"a": predicted, "free": {"at_least": 0}})
    assert of_names == ({"a": drawn} if drawn.ends else {})


def test_a_family_without_a_scene_has_its_quantities_drawn_with_their_predictions() -> None:
    quantities = [
        Quantity("left", unit="parts"),
        Quantity("kept", unit="parts", label="kept: time over"),
        Quantity("wait", unit="s", label="longest wait"),
        Quantity("cpu", unit="ms"),
        Quantity("order"),
        Quantity("refusals"),
        failures.ERROR,
    ]
    measured = {
        "left": 3,
        "kept": 0,
        "wait": 1.5,
        "cpu": {"a": 1.0, "b": 2.0},
        "order": ["x"],
        "refusals": {"a": "no", "b": None},
        "error": None,
    }
    predicted = {
        "left": 3,
        "kept": 0,
        "wait": {"at_least": 1},
        "cpu": {"a": [0, 1], "b": {"at_most": 3}},
        "order": ["x"],
    }
    parts, wait, cpu, refusals = quantity_pictures(
        quantities, measured, {**predicted, "refusals": measured["refusals"]}
    )
    assert isinstance(parts, Bars)
    assert isinstance(wait, Bars)
    assert isinstance(cpu, Bars)
    assert isinstance(refusals, Grid)
    assert refusals.rows == refusals.predicted == {"a": ["no"], "b": ["none"]}
    assert (parts.title, parts.values) == ("parts", {"left": 3, "kept: time over": 0})
    assert parts.predicted == {"left": Band(3, 3), "kept: time over": Band(0, 0)}
    assert (wait.title, wait.values) == ("longest wait", {"longest wait": 1.5})
    assert (cpu.title, cpu.predicted) == ("cpu", {"a": Band(0, 1), "b": Band(high=3)})
