"""Everything kept of a run, as frozen values; saved to a run directory and loaded from it.

The library that reads them takes longer to import than an engine to make a network, so that is done where it is needed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from scenarios.errors import EvidenceError, Misunderstood, Unavailable
from scenarios.events import LAST_EVENTS, Event, Events, Lines, Tail
from scenarios.events import Stream as Stream
from scenarios.files import read_json, to_json, write_whole
from scenarios.scenario import Scenario

if TYPE_CHECKING:
    from pydantic import TypeAdapter

EVIDENCE_FILE = "evidence.json"
LOGS = "logs"
# Files of any size are read in parts of this many bytes.
PART = 1024 * 1024
# What is read again from the streams' own files, and stands nowhere else if they are whole.
OF_STREAMS = {"events", "events_left_out", "stdout_tail", "stderr_tail"}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A part of the evidence; a file that has more of it is damaged."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - pydantic's own name for the configuration of a dataclass


@dataclass(frozen=True, kw_only=True)
class Sample(Kept):
    """One look at a service's process from outside, read from /proc.

    `moment` names what had just happened: `ready`, `ended`, or a checkpoint of a program. `descriptors` is the number
    of open ones, `watched` the number of those in its epoll set (None without one). `nofile_soft`, `nofile_hard`: the
    effective limits. `resident` and `cpu_seconds` are the process's memory in bytes and its user plus system time.
    `processes`, `threads`, `memory` and `all_cpu_seconds` count the process with all that descend from it: `memory` is
    what they have of their own, in bytes, what they share among them once (Pss_Anon of proc(5); None where the kernel
    does not tell), and `all_cpu_seconds` has those too that have ended and were waited for. Both times are exact where
    the machine has clocks for its processes (`exact`); else, and of those that have ended, /proc counts in hundredths.
    `ended_threads` is the processor time that threads of the process had which have ended: between two looks it grows
    when a thread came and went. None where it cannot be told, as while others run.
    """

    moment: str
    descriptors: int
    watched: int | None
    nofile_soft: int
    nofile_hard: int
    resident: int
    cpu_seconds: float
    processes: int = 1
    threads: int = 1
    memory: int | None = None
    all_cpu_seconds: float = 0.0
    exact: bool = False
    ended_threads: float | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceEvidence(Kept):
    """What one service left: its events (JSON lines of stdout), the ends of its streams, its exit and its samples.

    `exit_status` is None when the program was still running at the end, and 128 + n when signal n killed it. `logs` is
    `complete` when the streams followed live are whole, else `truncated`, and `truncated` says why. `platform` is its
    `sys.platform`. `wrote` maps a stream to the number of bytes that came, `compared` to how many of these, from the
    first, were found the same in the engine's own store (but for what is no ASCII, where the store keeps text and not
    bytes): all of them, without a last line that is not ended, or of a
    flood (run/collect.py) the first part of what flooded. A flood's rest counts as whole because it came in order on
    one connection, which brought the report of the program's end too, or still stood when the lab collected.

    The streams themselves are files of the run directory, of any size (`log_file`). Of the events those are here for
    which there is room, and the last ones; `events_left_out` counts the lines between that may be more of them.
    Of a stream that was too long for its file the rest is lost (`cut_off`), and what is here is kept with the evidence.
    `samples` are in the order in which they were taken; `missed` maps a moment at which a sample was due, and the lab
    could not take it, to the reason, and `impossible` one at which nobody can look on such a machine.
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
        """The last event of that name; raises Misunderstood when it may be among those that were left out."""
        surely = self.events if not self.events_left_out else self.events[-LAST_EVENTS:]
        found = next((e for e in reversed(surely) if e["event"] == event), None)
        if found is None and self.events_left_out:
            raise Misunderstood(f"{self.name} printed too many events to know the last {event!r}")
        return found

    def said(self, event: str) -> Event:
        """The last event of that name, which must have come; raises AssertionError, so that a check fails by it."""
        found = self.last(event)
        if found is None:
            raise AssertionError(f"{self.name} never said {event!r}")
        return found

    @property
    def printed(self) -> tuple[str, ...]:
        """The lines of free text at the end of its stdout, in order: what it printed besides events."""
        return tuple(line for line in self.stdout_tail.splitlines() if line and not line.startswith("{"))

    def samples_at(self, moment: str) -> tuple[Sample, ...]:
        """All samples taken at `moment`, in order: a moment can come more than once."""
        return tuple(s for s in self.samples if s.moment == moment)

    def sample(self, moment: str) -> Sample | None:
        """The last sample taken at `moment`."""
        return next(reversed(self.samples_at(moment)), None)

    def looked(self, moment: str) -> Sample | None:
        """The last sample taken at `moment`; None when it never came, or the program had ended.

        Raises EvidenceError when the lab could not look, Unavailable when nobody can on this machine.
        """
        if moment in self.impossible:
            raise Unavailable(self.impossible[moment])
        if moment in self.missed:
            raise EvidenceError(f"{self.name} was not looked at when {moment}: {self.missed[moment]}")
        return self.sample(moment)

    def sampled(self, moment: str) -> Sample:
        """The last sample taken at `moment`, which must be there.

        Raises EvidenceError when the lab could not look, Unavailable when nobody can on this machine, and
        AssertionError, so that a check fails by it, when the moment never came or the program had ended.
        """
        found = self.looked(moment)
        if found is None:
            raise AssertionError(f"{self.name} was not looked at when {moment}")
        return found

    def spent(self, since: str, until: str) -> float | None:
        """The seconds of the processor that it had, with all that descend from it, from one look to another; exact.

        None and raises as `looked`, and Unavailable also where /proc alone tells of them.
        """
        before, after = self.looked(since), self.looked(until)
        if before is None or after is None:
            return None
        if not (before.exact and after.exact):
            raise Unavailable(f"this machine has no clock that tells what {self.name} has of the processor")
        return after.all_cpu_seconds - before.all_cpu_seconds

    def lost_a_thread(self, since: str, until: str) -> bool:
        """Whether a thread of it ended from one look to another, as one does that came and went between them.

        Raises as `sampled`, and Unavailable where it cannot be told.
        """
        before, after = self.sampled(since).ended_threads, self.sampled(until).ended_threads
        if before is None or after is None:
            raise Unavailable(f"whether a thread of {self.name} ended cannot be told here")
        return after > before

    @property
    def pid(self) -> int:
        """The program's process id, as the lab itself said before the program began."""
        return next(int(event["pid"]) for event in self.events if event["event"] == "started")

    def whole_logs(self) -> None:
        """Raises EvidenceError, so that a check knows nothing rather than fails, when the logs are truncated."""
        if self.logs == "truncated":
            raise EvidenceError(f"the logs of {self.name} are truncated: {self.truncated or 'it never started'}")


@dataclass(frozen=True, kw_only=True)
class Evidence(Kept):
    """Everything kept of a run.

    `seconds` maps a phase to how long it took; `problem` is why the lab could not finish, if so, and `cause` names that
    error of scenarios/errors.py.
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
    """Where a run directory has a service's stream, byte for byte."""
    return directory / LOGS / f"{service}.{stream}"


@cache
def adapter() -> "TypeAdapter[Evidence]":
    """What reads evidence; to make it takes longer than the rest of what a run imports, and no run needs it."""
    from pydantic import TypeAdapter

    return TypeAdapter(Evidence)


def save(evidence: Evidence, directory: Path) -> None:
    """Writes the evidence into the run directory that has its streams already.

    Raises EvidenceError when it cannot, as on a full disk.
    """
    again = {name: OF_STREAMS for name, one in evidence.services.items() if not one.cut_off}
    try:
        write_whole(directory / EVIDENCE_FILE, to_json(evidence, {"services": again}) + "\n")
    except OSError as error:
        raise EvidenceError(f"the evidence cannot be saved: {error.filename or directory}: {error.strerror}") from error


def load(directory: Path) -> Evidence:
    """The evidence in a run directory; raises EvidenceError when it is missing or damaged."""
    try:
        data = read_json(directory / EVIDENCE_FILE)
        # Events were made by the lab itself, and are many: to look into each again would take their memory twice.
        events = {name: service.pop("events", ()) for name, service in data["services"].items()}
        kept = adapter().validate_python(data, strict=False)
        services = {name: _whole(one, directory, events[name]) for name, one in kept.services.items()}
        return replace(kept, services=services)
    except OSError as error:
        raise EvidenceError(f"the run {directory} has no evidence: {error.filename}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # pydantic's own error is one, and counts
        what = f"{error.error_count()} wrong values" if hasattr(error, "error_count") else repr(error)
        raise EvidenceError(f"the evidence in {directory} is damaged: {what}") from error


def _whole(kept: ServiceEvidence, directory: Path, events: Iterable[Event]) -> ServiceEvidence:
    """A service's evidence with what stands in the files of its streams, or was kept because those are cut off."""
    return replace(kept, **({"events": tuple(events)} if kept.cut_off else _of_streams(directory, kept.name)))


def _of_streams(directory: Path, service: str) -> dict[str, Any]:
    """What the files of the streams tell; raises OSError."""
    events, lines, tails = Events(), Lines(), {"stdout": Tail(), "stderr": Tail()}
    for part in _parts(log_file(directory, service, "stdout")):
        tails["stdout"].add(part)
        for line in lines.add(part):
            events.add(line)
    for part in _parts(log_file(directory, service, "stderr")):
        tails["stderr"].add(part)
    return {
        "events": events.kept,
        "events_left_out": events.left_out,
        "stdout_tail": tails["stdout"].text,
        "stderr_tail": tails["stderr"].text,
    }


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(PART):
            yield part
