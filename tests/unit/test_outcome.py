"""From evidence to outcome: who was served, and what failed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import outcome, spec, theory
from scenarios.errors import EvidenceError
from scenarios.evidence import ServiceEvidence
from scenarios.outcome import Failure, Outcome
from tests.unit.made import evidence, service
from tests.unit.scripted import event, raised

RAISED = raised("KeyError", "'a'")
DEAD = service("server", stderr=raised("OSError", theory.EMFILE), exit_status=1)


def refused_at(client: int, served: int) -> ServiceEvidence:
    """A client whose connection number `client` was refused."""
    said = event("refused", client=client, error="ConnectionResetError", message="reset")
    return service("client", said + event("connected", clients=served) + event("finished", served=0), exit_status=1)


def test_clients_whose_transfers_were_verified_are_served() -> None:
    said = event("connected", clients=100) + event("finished", served=99)
    assert outcome.measure(evidence(service("server"), service("client", said, exit_status=0))) == Outcome(served=99)


def test_clients_that_never_finished_were_not_served() -> None:
    client = service("client", event("connected", clients=100))
    assert outcome.measure(evidence(service("server"), client)) == Outcome(served=0)


def test_a_dead_server_served_those_it_had_answered() -> None:
    measured = outcome.measure(evidence(DEAD, refused_at(60, 59)))
    assert measured.served == 59
    assert measured.error == Failure(service="server", type="OSError", message=theory.EMFILE, at_client=60)


def test_a_server_that_died_without_refusing_anyone_failed_at_no_client() -> None:
    client = service("client", event("connected", clients=100) + event("finished", served=100))
    measured = outcome.measure(evidence(DEAD, client))
    assert measured.error == Failure(service="server", type="OSError", message=theory.EMFILE, at_client=None)


def test_a_refused_client_without_a_dead_server_is_the_clients_failure() -> None:
    measured = outcome.measure(evidence(service("server"), refused_at(60, 59)))
    assert measured.error is not None
    assert (measured.error.service, measured.error.at_client) == ("client", 60)


def test_fetches_are_their_times_and_all_their_bytes_together() -> None:
    fetched = [service(name, event("fetched", seconds=s, bytes=7)) for name, s in (("serial", 1.5), ("gevent", 1))]
    run = evidence(*fetched).model_copy(update={"scenario": spec.load("fetch")})
    assert outcome.measure(run) == Outcome(seconds={"serial": 1.5, "gevent": 1.0}, bytes=14)


@pytest.mark.parametrize(
    "said",
    [
        event("refused"),
        event("connected") + event("refused", client=3, error="E", message="m"),
        event("connected", clients=None) + event("refused", client=3, error="E", message="m"),
        event("connected", clients=2) + event("refused", client="third", error="E", message="m"),
        event("connected", clients=3) + event("finished", served=[3]),
    ],
)
def test_events_that_lack_what_is_measured_by_them_are_the_labs_own_error(said: str) -> None:
    with pytest.raises(EvidenceError, match="cannot be understood"):
        outcome.measure(evidence(service("server"), service("client", said)))


def test_a_kill_for_memory_is_told_from_any_other() -> None:
    killed = service("server", exit_status=137, out_of_memory=True)
    assert outcome.failure_of(killed) == Failure(
        service="server", type=outcome.OUT_OF_MEMORY, message="killed by the kernel: out of memory"
    )
    plain = outcome.failure_of(service("server", exit_status=137))
    assert plain == Failure(service="server", type="Exit", message="exit status 137")


@pytest.mark.parametrize("status", [0, None])
def test_a_service_that_ended_well_or_still_runs_did_not_fail(status: int | None) -> None:
    assert outcome.failure_of(service("server", stderr=RAISED, exit_status=status)) is None


def test_the_first_failure_is_that_of_the_first_service() -> None:
    services = [service("a"), service("b", exit_status=2), service("c", exit_status=3)]
    assert outcome.first_failure(services) == Failure(service="b", type="Exit", message="exit status 2")


@pytest.mark.parametrize(
    ("stderr", "found"),
    [
        (raised("ValueError", theory.TOO_MANY_FDS), ("ValueError", theory.TOO_MANY_FDS)),
        (raised("ValueError", theory.TOO_MANY_FDS).replace("\n", "\r\n"), ("ValueError", theory.TOO_MANY_FDS)),
        (RAISED + "\nDuring handling ...\n\n" + raised("OSError", theory.EMFILE), ("OSError", theory.EMFILE)),
        (raised("labs.programs.Broken", "a: b"), ("labs.programs.Broken", "a: b")),
        ("noise\n" + RAISED + "more noise\n", ("KeyError", "'a'")),
        (RAISED.replace(": 'a'", ""), ("KeyError", "")),
        ("ValueError: this is only printed\n", None),
        (outcome.TRACEBACK, None),
        ("", None),
    ],
)
def test_the_last_traceback_names_the_exception(stderr: str, found: tuple[str, str] | None) -> None:
    assert outcome.uncaught(stderr) == found


@given(st.text())
def test_any_text_on_stderr_is_an_exception_or_none(text: str) -> None:
    for stderr in (text, outcome.TRACEBACK + text, f"{outcome.TRACEBACK}\n{text}"):
        found = outcome.uncaught(stderr)
        assert found is None or (outcome.TRACEBACK in stderr and found[0])
