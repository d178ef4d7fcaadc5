"""Builders of evidence, outcomes, records and marks for tests."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from scenarios.families.base import Prediction
from scenarios.judging.failures import failure
from scenarios.judging.quantities import Between, Each, Exactly, Json
from scenarios.results import evidence as evidences
from scenarios.results import run_directories
from scenarios.results.events import events_in
from scenarios.results.evidence import Evidence, ServiceEvidence
from scenarios.results.record import Check, Record
from scenarios.system.owner import this_process
from scenarios.theory.descriptors import EMFILE
from tests.unit.scripted import epoll

HELD = (Check(name="it holds", result="passed"),)
BOUND = Each({"serial": Between(1.0, 2.0)})
FORESEEN = Prediction({"seconds": BOUND, "bytes": Exactly(7), "error": Exactly(None)}, "because")
FETCHED: dict[str, Json] = {"seconds": {"serial": 1.8}, "bytes": 7, "error": None}


def service(
    name: str, stdout: str = "", stderr: str = "", exit_status: int | None = None, **more: Any
) -> ServiceEvidence:
    """A service's evidence, of what it printed."""
    return ServiceEvidence(
        name=name,
        image="linux",
        platform="linux",
        command=("python",),
        started=True,
        logs="complete",
        events=tuple(events_in(stdout)),
        stdout_tail=stdout,
        stderr_tail=stderr,
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


def saved(kept: Evidence, directory: Path) -> None:
    """Saves evidence with the streams that a run would have left in its directory already."""
    (directory / evidences.LOGS).mkdir(exist_ok=True)
    for name, one in kept.services.items():
        evidences.log_file(directory, name, "stdout").write_text(one.stdout_tail, encoding="utf-8", newline="")
        evidences.log_file(directory, name, "stderr").write_text(one.stderr_tail, encoding="utf-8", newline="")
    evidences.save(kept, directory)


def ended(served: int = 59, client: int | None = 60, message: str = EMFILE, kind: str = "OSError") -> dict[str, Json]:
    """What was measured of transfers with a failure at a client, or with none."""
    return {"served": served, "error": failure("server", kind, message, client) if client else None}


def foreseen(**values: Any) -> Prediction:
    """The prediction of exactly what `ended` of the same arguments is."""
    return Prediction({key: Exactly(value) for key, value in ended(**values).items()}, "because")


def record(predicted: Prediction | None = None, measured: dict[str, Json] | None = None, **more: Any) -> Record:
    """A record, of a run that passed unless `more` says otherwise."""
    values: dict[str, Any] = {
        "scenario": "epoll-500",
        "engine": "docker",
        "run": "runs/x",
        "parameters": {"clients": 5, "latency": 0.3, "size": "64KiB"},
        "predicted": predicted.json() if predicted else None,
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
    run_directories.ACTIVE.mkdir(exist_ok=True)
    text = json.dumps({"run": run, "engine": engine, "owner": dataclasses.asdict(owner)})
    (run_directories.ACTIVE / run).write_text(text, encoding="utf-8")
