"""Evidence, outcomes, records and marks as tests need them, made by hand."""

import dataclasses
import json
from typing import Any

from scenarios import rundirs, theory
from scenarios.evidence import Evidence, ServiceEvidence
from scenarios.outcome import Failure, Outcome
from scenarios.owner import this_process
from scenarios.record import Check, Record
from tests.unit.scripted import epoll

HELD = (Check(name="it holds", result="passed"),)
FORESEEN = Outcome(seconds={"serial": (1.0, 2.0)}, bytes=7)
FETCHED = Outcome(seconds={"serial": 1.8}, bytes=7)


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


def ended(served: int = 59, client: int | None = 60, message: str = theory.EMFILE, kind: str = "OSError") -> Outcome:
    """An outcome of transfers with a failure at a client, or with none."""
    error = Failure(service="server", type=kind, message=message, at_client=client) if client else None
    return Outcome(served=served, error=error)


def record(predicted: Outcome | None = None, measured: Outcome | None = None, **more: Any) -> Record:
    """A record, of a run that passed unless `more` says otherwise."""
    values: dict[str, Any] = {
        "scenario": "epoll-500",
        "engine": "docker",
        "run": "runs/x",
        "parameters": {"clients": 5, "latency": 0.3, "size": "64KiB"},
        "predicted": predicted,
        "measured": measured,
        "verdict": "pass",
        "checks": HELD,
        "seconds": {"total": 1.0},
        "reason": "because",
    }
    return Record(**(values | more))


def mark_of_the_dead(run: str, engine: str = "scripted") -> None:
    """Marks a run whose process is gone."""
    owner = dataclasses.replace(this_process(), started=this_process().started - 1000)
    rundirs.ACTIVE.mkdir(exist_ok=True)
    text = json.dumps({"run": run, "engine": engine, "owner": dataclasses.asdict(owner)})
    (rundirs.ACTIVE / run).write_text(text, encoding="utf-8")
