"""The evidence of a run, as frozen values; saved to its run directory and loaded from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from scenarios.definition.scenario import Scenario, Stream
from scenarios.errors import EvidenceError, Misunderstood, Unavailable
from scenarios.results.events import LAST_EVENTS, Event, Events, Lines, Tail
from scenarios.results.kept import Kept, adapter
from scenarios.results.run_directories import writing
from scenarios.results.sample import Sample
from scenarios.system.files import open_plain, read_json, to_json, write_whole
from scenarios.system.seals import of_watcher

EVIDENCE_FILE = "evidence.json"
LOGS = "logs"
PART = 1024 * 1024  # bytes that are read from a file at once
# Read from the files of the streams, and saved in evidence.json only if those are cut off.
OF_STREAMS = {"events", "events_left_out", "stdout_tail", "stderr_tail"}


@dataclass(frozen=True, kw_only=True)
class ServiceEvidence(Kept):
    """The evidence of one service: its events (JSON lines of stdout), the ends of its streams, its exit, its samples.

    - `platform`: its `sys.platform`.
    - `exit_status`: None if the program still ran at the end; 128 + n if signal n killed it.
    - `logs`: `complete` if the streams that the lab followed live are whole, else `truncated`, with the reason in
      `truncated`.
    - `wrote`: how many bytes came, by stream. `compared`: how many of these, from the first, equal the engine's own
      store (apart from non-ASCII text if the store keeps text): all but an unfinished last line, or the first part of
      a flood (run/collect.py). The rest of a flood counts as whole because it came in order on one connection, which
      also reported the program's end or still stood when the lab collected.
    - `cut_off`: a stream was too long for its file, so the rest is lost, and events and tails are saved here.
    - `samples`: in the order they were taken. `missed` maps a moment to the reason why the lab could not take a sample
      that was due; `impossible`, to the reason why none can be taken on such a machine.
    - `events`: the first ones up to a memory limit, and the last ones; `events_left_out` counts the lines between.

    The streams are files of the run directory, of any size (`log_file`).

    Four methods find an event or a sample. `last` and `looked` return None if it never came, for measuring;
    `said` and `sampled` raise AssertionError then, so that a check fails.
    """

    name: str
    image: str
    platform: str
    command: tuple[str, ...]
    started: bool
    exit_status: int | None = None
    out_of_memory: bool = False
    logs: Literal["complete", "truncated"] = "truncated"
    truncated: str | None = None
    wrote: dict[Stream, int] = field(default_factory=dict)
    compared: dict[Stream, int] = field(default_factory=dict)
    cut_off: bool = False
    samples: tuple[Sample, ...] = ()
    missed: dict[str, str] = field(default_factory=dict)
    impossible: dict[str, str] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    events_left_out: int = 0
    stdout_tail: str = ""
    stderr_tail: str = ""

    def last(self, event: str) -> Event | None:
        """The last event of that name; raises Misunderstood if it may be among the events that were left out."""
        surely = self.events if not self.events_left_out else self.events[-LAST_EVENTS:]
        found = next((e for e in reversed(surely) if e["event"] == event), None)
        if found is None and self.events_left_out:
            raise Misunderstood(f"{self.name} printed too many events; the last {event!r} may be among those left out")
        return found

    def said(self, event: str) -> Event:
        """The last event of that name; raises AssertionError if there is none."""
        found = self.last(event)
        if found is None:
            raise AssertionError(f"{self.name} never printed the event {event!r}")
        return found

    @property
    def printed(self) -> tuple[str, ...]:
        """The lines of free text at the end of its stdout, in order."""
        return tuple(line for line in self.stdout_tail.splitlines() if line and not line.startswith("{"))

    def samples_at(self, moment: str) -> tuple[Sample, ...]:
        """All samples at `moment`, in order; a moment can come more than once."""
        return tuple(s for s in self.samples if s.moment == moment)

    def sample(self, moment: str) -> Sample | None:
        return next(reversed(self.samples_at(moment)), None)

    def looked(self, moment: str) -> Sample | None:
        """The last sample at `moment`; None if the moment never came, or if the program had ended.

        Raises EvidenceError if the lab missed it, Unavailable if this machine cannot show it.
        """
        if moment in self.impossible:
            raise Unavailable(self.impossible[moment])
        if moment in self.missed:
            raise EvidenceError(f"{self.name} has no sample at {moment!r}: {self.missed[moment]}")
        return self.sample(moment)

    def sampled(self, moment: str) -> Sample:
        """The last sample at `moment`; raises as `looked`, and AssertionError if there is none."""
        found = self.looked(moment)
        if found is None:
            raise AssertionError(f"{self.name} has no sample at {moment!r}")
        return found

    def spent(self, since: str, until: str) -> float | None:
        """CPU seconds, with descendants; None and raises as `looked`, and Unavailable if the samples are not exact."""
        before, after = self.looked(since), self.looked(until)
        if before is None or after is None:
            return None
        if not (before.exact and after.exact):
            raise Unavailable(f"this machine has no exact clock for the CPU time of {self.name}")
        return after.all_cpu_seconds - before.all_cpu_seconds

    def carried(self, since: str, until: str) -> int:
        """Bytes on its network between two moments; raises as `sampled`, and Unavailable if they are not counted."""
        before, after = self.sampled(since).octets, self.sampled(until).octets
        if before is None or after is None:
            raise Unavailable(f"this machine does not count the bytes on the network of {self.name}")
        return after - before

    def lost_a_thread(self, since: str, until: str) -> bool:
        """Whether a thread ended between two moments; raises as `sampled`, and Unavailable if it cannot be known."""
        before, after = self.sampled(since).ended_threads, self.sampled(until).ended_threads
        if before is None or after is None:
            raise Unavailable(f"this machine cannot show whether a thread of {self.name} ended")
        return after > before

    def observed(self) -> Event:
        """The last report of the lab's program that watched it, with a seal that it cannot print by itself.

        Raises AssertionError if there is none: the program replaced its watcher, or ended without it.
        """
        seal = of_watcher(self._started["seal"])
        found = next((e for e in reversed(self.events) if e["event"] == "observed" and e.get("seal") == seal), None)
        if found is None:
            raise AssertionError(f"{self.name} ended without a report of the lab's program that watches it")
        return found

    @property
    def _started(self) -> Event:
        return next(event for event in self.events if event["event"] == "started")

    @property
    def pid(self) -> int:
        """The program's process id, which the lab printed before the program began."""
        return int(self._started["pid"])

    def whole_logs(self) -> None:
        """Raises EvidenceError if the logs are truncated, so that a check ends with an error rather than a failure."""
        if self.logs == "truncated":
            raise EvidenceError(f"the logs of {self.name} are truncated: {self.truncated or 'it never started'}")


@dataclass(frozen=True, kw_only=True)
class Evidence(Kept):
    """The evidence of a run.

    `seconds` maps a phase to its duration. `problem` says why the lab could not finish; `cause` is the class of that
    error in scenarios/errors.py. Both are None if it finished.
    """

    scenario: Scenario
    engine: str
    engine_version: str
    run: str
    services: dict[str, ServiceEvidence]
    seconds: dict[str, float]
    problem: str | None = None
    cause: str | None = None


def log_file(directory: Path, service: str, stream: Stream) -> Path:
    """The file of a service's stream, byte for byte."""
    return directory / LOGS / f"{service}.{stream}"


def save(evidence: Evidence, directory: Path) -> None:
    """Writes the evidence into the run directory, beside the files of the streams; raises EvidenceError."""
    again = {name: OF_STREAMS for name, one in evidence.services.items() if not one.cut_off}
    with writing("the evidence cannot be saved"):
        write_whole(directory / EVIDENCE_FILE, to_json(evidence, {"services": again}) + "\n")


def load(directory: Path) -> Evidence:
    """The evidence in a run directory; raises EvidenceError if it is missing or damaged."""
    try:
        data = read_json(directory / EVIDENCE_FILE)
        # Events are not validated: the lab wrote them, and validating would take their memory twice.
        events = {name: service.pop("events", ()) for name, service in data["services"].items()}
        kept = adapter(Evidence).validate_python(data, strict=False)
        services = {name: _whole(one, directory, events[name]) for name, one in kept.services.items()}
        return replace(kept, services=services)
    except OSError as error:
        raise EvidenceError(f"the run {directory} has no evidence: {error.filename}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # pydantic's own error is a ValueError
        what = f"{error.error_count()} wrong values" if hasattr(error, "error_count") else repr(error)
        raise EvidenceError(f"the evidence in {directory} is damaged: {what}") from error


def _whole(kept: ServiceEvidence, directory: Path, events: Iterable[Event]) -> ServiceEvidence:
    """Adds events and tails from the files of the streams, unless those are cut off."""
    return replace(kept, **({"events": tuple(events)} if kept.cut_off else _of_streams(directory, kept.name)))


def _of_streams(directory: Path, service: str) -> dict[str, Any]:
    events, lines, stdout, stderr = Events(), Lines(), Tail(), Tail()
    for part in _parts(log_file(directory, service, "stdout")):
        stdout.add(part)
        for line in lines.add(part):
            events.keep(line)
    for part in _parts(log_file(directory, service, "stderr")):
        stderr.add(part)
    return {
        "events": events.kept,
        "events_left_out": events.left_out,
        "stdout_tail": stdout.text,
        "stderr_tail": stderr.text,
    }


def _parts(path: Path) -> Iterator[bytes]:
    with open_plain(path) as file:
        while part := file.read(PART):
            yield part
