"""From evidence to outcome, verdict and record, and back from a run directory."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import evidence as evidences
from scenarios import outcome, record, theory
from scenarios.errors import EvidenceError
from scenarios.evidence import Evidence, ServiceEvidence
from scenarios.outcome import Failure, Outcome
from scenarios.record import Check
from scenarios.report import schema
from scenarios.verdict import judge
from tests.unit.scripted import epoll, event

RAISED = 'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n    x()\n'
HELD = (Check(name="it holds", result="passed"),)


def service(
    name: str, stdout: str = "", stderr: str = "", exit_status: int | None = None, **more: Any
) -> ServiceEvidence:
    """A service's evidence."""
    return ServiceEvidence(
        name=name,
        image="linux",
        platform="linux",
        command=("python",),
        started=True,
        logs="complete",
        stdout=stdout,
        stderr=stderr,
        exit_status=exit_status,
        **more,
    )


def evidence(*services: ServiceEvidence, problem: str | None = None) -> Evidence:
    """Evidence of a transfers run."""
    return Evidence(
        scenario=epoll(100),
        engine="scripted",
        engine_version="1",
        run="r1",
        seconds={"run": 1.0},
        problem=problem,
        services={one.name: one for one in services},
    )


def refused_at(client: int, served: int) -> ServiceEvidence:
    """A client whose connection number `client` was refused."""
    said = event("refused", client=client, error="ConnectionResetError", message="reset")
    return service("client", said + event("connected", clients=served) + event("finished", served=0), exit_status=1)


def test_clients_whose_transfers_were_verified_are_served() -> None:
    measured = outcome.measure(
        evidence(
            service("server"),
            service("client", event("connected", clients=100) + event("finished", served=100), exit_status=0),
        )
    )
    assert measured == Outcome(served=100)


def test_a_dead_server_served_those_it_had_answered() -> None:
    server = service("server", stderr=RAISED + "OSError: [Errno 24] Too many open files\n", exit_status=1)
    measured = outcome.measure(evidence(server, refused_at(60, 59)))
    assert measured.served == 59
    assert measured.error == Failure(service="server", type="OSError", message=theory.EMFILE, at_client=60)


def test_a_refused_client_without_a_dead_server_is_the_clients_failure() -> None:
    measured = outcome.measure(evidence(service("server"), refused_at(60, 59)))
    assert measured.error is not None
    assert (measured.error.service, measured.error.at_client) == ("client", 60)


def test_a_kill_for_memory_is_told_from_any_other() -> None:
    killed = service("server", exit_status=137, out_of_memory=True)
    assert outcome.failure_of(killed) == Failure(
        service="server", type=outcome.OUT_OF_MEMORY, message="killed by the kernel: out of memory"
    )
    plain = outcome.failure_of(service("server", exit_status=137))
    assert plain is not None
    assert plain.message == "exit status 137"


def test_the_last_traceback_of_several_decides() -> None:
    stderr = (
        RAISED
        + "KeyError: 'a'\n\nDuring handling ...\n\n"
        + RAISED
        + "ValueError: too many file descriptors in select()\n"
    )
    assert outcome.uncaught(stderr) == ("ValueError", theory.TOO_MANY_FDS)


def test_lines_of_a_windows_program_end_differently_and_mean_the_same() -> None:
    stderr = (RAISED + "ValueError: too many file descriptors in select()\n").replace("\n", "\r\n")
    assert outcome.uncaught(stderr) == ("ValueError", theory.TOO_MANY_FDS)


def test_a_line_that_only_looks_like_an_error_is_none() -> None:
    assert outcome.uncaught("ValueError: this is only printed\n") is None


@given(st.text())
def test_any_text_on_stderr_is_a_failure_or_none(text: str) -> None:
    outcome.uncaught(text)
    outcome.uncaught(outcome.TRACEBACK + text)


def predicted(served: int = 59, client: int | None = 60, message: str = theory.EMFILE) -> Outcome:
    """An outcome with a failure at a client, or with none."""
    error = Failure(service="server", type="OSError", message=message, at_client=client) if client else None
    return Outcome(served=served, error=error)


@pytest.mark.parametrize(
    "measured",
    [
        predicted(served=58),
        predicted(client=61),
        predicted(message=theory.FD_OUT_OF_RANGE),
        predicted(client=None),
        Outcome(),
    ],
)
def test_whatever_differs_from_the_prediction_fails_and_is_named(measured: Outcome) -> None:
    status, why = judge(predicted(), measured, HELD, None)
    assert status == "fail"
    assert why is not None
    assert "predicted" in why


def test_the_predicted_failure_where_it_was_predicted_passes() -> None:
    assert judge(predicted(), predicted(), HELD, None) == ("pass", None)


@pytest.mark.parametrize(
    ("results", "status"),
    [
        (["passed", "failed"], "fail"),
        (["passed", "error"], "error"),
        (["failed", "error"], "fail"),
        (["skipped"], "error"),
        ([], "error"),
        (["passed", "skipped"], "pass"),
    ],
)
def test_a_failed_check_beats_an_unknown_one_which_beats_a_pass(results: list[Any], status: str) -> None:
    checks = [Check(name=f"check {i}", result=result) for i, result in enumerate(results)]
    assert judge(predicted(), predicted(), checks, None)[0] == status


def test_a_run_that_could_not_finish_is_an_error_whatever_it_measured() -> None:
    assert judge(predicted(), predicted(), HELD, "the engine is gone") == ("error", "the engine is gone")


def test_evidence_comes_back_from_its_directory_as_it_went(tmp_path: Path) -> None:
    kept = evidence(service("server", "héllo\r\n\x00", "err\n", exit_status=1), service("client"), problem="p")
    evidences.save(kept, tmp_path)
    assert evidences.load(tmp_path) == kept
    assert (tmp_path / "logs" / "server.stderr").read_text(encoding="utf-8") == "err\n"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"services": {}}', '{"services": {"a": {}}}'])
def test_damaged_evidence_is_one_clear_error(tmp_path: Path, damage: str) -> None:
    (tmp_path / evidences.EVIDENCE_FILE).write_text(damage, encoding="utf-8")
    with pytest.raises(EvidenceError, match="evidence"):
        evidences.load(tmp_path)


def made(measured: Outcome | None, foreseen: Outcome) -> record.Record:
    """A record."""
    return record.Record(
        scenario="epoll-500",
        engine="docker",
        run="runs/x",
        parameters={"clients": 5},
        predicted=foreseen,
        measured=measured,
        verdict="pass",
        checks=HELD,
        seconds={"total": 1.0},
        reason="because",
    )


FETCHED = Outcome(seconds={"serial": 1.8}, bytes=7)
RECORDS = [
    made(predicted(), predicted()),
    made(None, predicted(client=None)),
    made(FETCHED, Outcome(seconds={"serial": (1.0, 2.0)}, bytes=7)),
]


@pytest.mark.parametrize("one", RECORDS)
def test_a_record_is_what_its_schema_says_and_comes_back_from_its_directory(one: record.Record, tmp_path: Path) -> None:
    jsonschema.validate(json.loads(record.to_json(one)), json.loads(schema.FILE.read_text(encoding="utf-8")))
    record.save(one, tmp_path)
    assert record.load(tmp_path) == one


def test_an_outcome_in_json_has_the_fields_of_its_family_alone() -> None:
    transfers, fetches = (json.loads(record.to_json(one)) for one in (RECORDS[0], RECORDS[2]))
    assert set(transfers["predicted"]) == set(transfers["measured"]) == {"served", "error"}
    assert set(fetches["predicted"]) == set(fetches["measured"]) == {"seconds", "bytes", "error"}
    assert set(transfers["measured"]["error"]) == {"service", "type", "message", "at_client"}


def test_the_schema_in_the_checkout_is_current() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.generate()
