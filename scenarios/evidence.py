"""Everything kept of a run, as frozen values; saved to a run directory and loaded from it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from scenarios.errors import EvidenceError
from scenarios.spec import Scenario

EVIDENCE_FILE = "evidence.json"
LOGS = "logs"
Stream = Literal["stdout", "stderr"]
Event = dict[str, Any]


class Kept(BaseModel):
    """A frozen part of the evidence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sample(Kept):
    """One look at a service's process from outside, read from /proc.

    `moment` names what had just happened (`ready`, `connected`, `ended`). `descriptors` is the number of open ones,
    `watched` the number of those in its epoll set (None without one). `nofile_soft`, `nofile_hard`: the effective
    limits. `resident` and `cpu_seconds` are the process's memory in bytes and its user plus system time.
    """

    moment: str
    descriptors: int
    watched: int | None
    nofile_soft: int
    nofile_hard: int
    resident: int
    cpu_seconds: float


class ServiceEvidence(Kept):
    """What one service left: its events (JSON lines of stdout), streams, exit and samples.

    `exit_status` is None when the program was still running at the end, and 128 + n when signal n killed it. `logs` is
    `complete` when the stream followed live equals one final whole read byte for byte, else `truncated`. `platform` is
    its `sys.platform`.
    """

    name: str
    image: str
    platform: str
    command: tuple[str, ...]
    started: bool
    exit_status: int | None = None
    out_of_memory: bool = False
    logs: Literal["complete", "truncated"] = "truncated"
    stdout: str = ""
    stderr: str = ""
    samples: tuple[Sample, ...] = ()

    @property
    def events(self) -> list[Event]:
        """The JSON events on stdout, in order."""
        return list(events_in(self.stdout))

    def last(self, event: str) -> Event | None:
        """The last event of that name."""
        return next((e for e in reversed(self.events) if e["event"] == event), None)

    def said(self, event: str) -> Event:
        """The last event of that name, which must have come; raises AssertionError, so that a check fails by it."""
        found = self.last(event)
        if found is None:
            raise AssertionError(f"{self.name} never said {event!r}")
        return found

    def sample(self, moment: str) -> Sample | None:
        """The sample taken at `moment`."""
        return next((s for s in self.samples if s.moment == moment), None)


class Evidence(Kept):
    """Everything kept of a run.

    `seconds` maps a phase to how long it took; `problem` is why the lab could not finish, if so.
    """

    scenario: Scenario
    engine: str
    engine_version: str
    run: str
    services: dict[str, ServiceEvidence]
    seconds: dict[str, float]
    problem: str | None = None


def events_in(text: str) -> Iterator[Event]:
    """The lines of `text` that are JSON objects with an `event`; free text may stand between."""
    for line in text.splitlines():
        event = event_in(line)
        if event is not None:
            yield event


def event_in(line: str) -> Event | None:
    """The event that a line of output is, or None for free text."""
    if not line.startswith("{"):
        return None
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def last_lines(text: str, count: int = 10) -> tuple[str, ...]:
    """The last `count` lines that are not blank."""
    return tuple([line for line in text.splitlines() if line.strip()][-count:])


def save(evidence: Evidence, directory: Path) -> None:
    """Writes the evidence into an existing run directory: one JSON file, and each service's streams as plain text
    beside it. Raises EvidenceError when it cannot, as on a full disk.
    """
    logs = directory / LOGS
    streams = {name: {"stdout", "stderr"} for name in evidence.services}
    text = evidence.model_dump_json(indent=1, exclude={"services": streams})
    try:
        logs.mkdir(exist_ok=True)
        for service in evidence.services.values():
            (logs / f"{service.name}.stdout").write_text(service.stdout, encoding="utf-8", newline="")
            (logs / f"{service.name}.stderr").write_text(service.stderr, encoding="utf-8", newline="")
        (directory / EVIDENCE_FILE).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise EvidenceError(f"the evidence cannot be saved: {error.filename}: {error.strerror}") from error


def load(directory: Path) -> Evidence:
    """The evidence in a run directory; raises EvidenceError when it is missing or damaged."""
    try:
        data = json.loads((directory / EVIDENCE_FILE).read_text(encoding="utf-8"))
        for name, service in data["services"].items():
            for stream in ("stdout", "stderr"):
                with (directory / LOGS / f"{name}.{stream}").open(encoding="utf-8", newline="") as file:
                    service[stream] = file.read()
        return Evidence.model_validate_json(json.dumps(data))
    except OSError as error:
        raise EvidenceError(f"the run {directory} has no evidence: {error.filename}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"{error.error_count()} wrong values" if isinstance(error, ValidationError) else repr(error)
        raise EvidenceError(f"the evidence in {directory} is damaged: {what}") from error
