"""Runs an experiment on an engine: create, drive, collect, remove. The result is Evidence."""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from scenarios.definition.scenario import Scenario, Service
from scenarios.engines.base import Engine, Session, most_bytes
from scenarios.errors import Interrupted, LabFailure
from scenarios.pipeline import leftovers
from scenarios.pipeline.run.collect import Collector
from scenarios.pipeline.run.order import Order
from scenarios.pipeline.run.sampler import Sampler
from scenarios.pipeline.run.snapshots import Snapshots
from scenarios.pipeline.run.transcript import Said, Transcript
from scenarios.pipeline.timings import timed
from scenarios.results import evidence as evidences
from scenarios.results.events import Event
from scenarios.results.evidence import Evidence, ServiceEvidence
from scenarios.system.signals import result_of

CONTINUE = b"continue\n"
DYING = 3.0  # seconds that a server may take to end after one of its clients ended badly
# The errors of a connection that its other side ended, with the programs' own name for a clean end, and the number of
# newest events in which they are searched.
CUT_OFF = (
    "ConnectionResetError",
    "ConnectionAbortedError",
    "ConnectionRefusedError",
    "BrokenPipeError",
    "ConnectionError",
)
NEWEST = 20
# Events that are turning points of a run, beside checkpoints and ends.
TURNING_POINTS = ("ready", "connected", "refused")
# The last seconds before a run's deadline (half of its time, if that is less), and the moment of the samples of all
# programs as they begin. With the samples of the end they show whether a program waited for the CPU meanwhile.
LAST_STRETCH, LAST_STRETCH_BEGINS = 3.0, "last stretch"


class Watch(Protocol):
    """Is told what a run does, while it does it."""

    def doing(self, what: str) -> None:
        """The lab begins something, or waits for it."""

    def event(self, service: str, event: Event) -> None:
        """A service reported an event."""


@dataclass(frozen=True)
class Plan:
    """One run: `run` is its id, `timeout` in seconds; `keep` leaves its machines running. Its directory exists."""

    scenario: Scenario
    run: str
    directory: Path
    timeout: float
    keep: bool = False
    image_ids: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def living(engine: Engine, plan: Plan, watch: Watch) -> Iterator[tuple[Evidence, Session]]:
    """The saved evidence of one run, while its machines still run. Unless `keep`, leaving removes everything.

    A run that the lab could not finish gives evidence too, with `problem` set. Raises EvidenceError if nothing can be
    saved, and Interrupted, after saving and removing.
    """
    transcript = Transcript(
        {name: most_bytes(one) for name, one in plan.scenario.services.items()},
        time.monotonic() + plan.timeout,
        plan.directory,
    )
    session = engine.open(plan.scenario, plan.run, transcript, plan.keep, plan.image_ids)
    drive = _Drive(engine, session, plan, transcript, watch)
    try:
        try:
            yield _driven(drive, plan.directory), session
        finally:
            if not plan.keep:
                leftovers.tell(session.remove())
        if plan.keep:
            session.leave()
    except BaseException:
        # An interrupt may have cut the removal above short. It comes only once, so this removal is not interrupted.
        leftovers.tell(session.remove())
        raise
    finally:
        drive.let_go()
        transcript.close()


def _driven(drive: "_Drive", directory: Path) -> Evidence:
    try:
        evidence = drive.evidence()
        evidences.save(evidence, directory)
    except Interrupted as interrupt:
        with suppress(LabFailure):  # If saving fails, the interrupt must still be raised.
            evidences.save(drive.arrived(problem=f"interrupted by {interrupt.signal_name}"), directory)
        raise
    return evidence


class _Drive:
    """One run: starts services in order, and answers checkpoints once the snapshots are taken."""

    def __init__(self, engine: Engine, session: Session, plan: Plan, transcript: Transcript, watch: Watch) -> None:
        self._engine, self._session, self._plan = engine, session, plan
        self._transcript, self._watch = transcript, watch
        self._services = plan.scenario.services
        self._pool = ThreadPoolExecutor(2 * len(self._services) + 1, thread_name_prefix="snapshot")
        self._order = Order(plan.scenario, transcript)
        self._snapshots = Snapshots(session, transcript, self._pool)
        self._collector = Collector(engine, session, transcript, self._snapshots)
        self._sampler = Sampler(session, transcript, plan.directory, self._in_sight)
        self._seconds: dict[str, float] = {}
        self._stretch: float | None = min(LAST_STRETCH, plan.timeout / 2)  # None once it has begun

    def _in_sight(self) -> list[str]:
        return [name for name in tuple(self._order.started) if self._order.is_observed(name)]

    def evidence(self) -> Evidence:
        """Drives the run to its end, or to the problem that stops it, and collects its evidence."""
        problem: LabFailure | None = None
        try:
            with timed("create", self._seconds):
                number = len(self._services)
                self._watch.doing(f"bringing up a network and {number} machine{'s' if number > 1 else ''}")
                self._session.create()
            with timed("run", self._seconds):
                if not self._plan.scenario.alone:
                    self._sampler.begin()
                self._to_the_end()
                self._let_the_dying_end()
        except LabFailure as failure:
            problem = failure
        finally:
            self._sampler.end()
        with timed("collect", self._seconds):
            self._watch.doing("collecting logs and samples")
            services, missing = self._collected(cut_short=problem is not None)
        problem = problem or self._transcript.blind() or missing
        return self._evidence(services, self._told(problem), type(problem).__name__ if problem else None)

    def _to_the_end(self) -> None:
        while True:
            seen, over = self._transcript.arrivals, self._order.is_over()
            for name in self._services:
                self._hear(name)
            if blind := self._transcript.blind():
                raise blind
            if over:
                return
            self._start(self._order.able())
            self._wait_for_more(seen)
            self._look_before_the_deadline()

    def _let_the_dying_end(self) -> None:
        """After a client ended badly, its server's end may come later: its traceback takes time, most under Wine."""
        servers = [name for name in self._order.servers if name in self._order.started]
        others = [self._transcript[name] for name in self._order.started if name not in servers]
        if servers and any(one.exit_status not in (None, 0) and _was_cut_off(one) for one in others):
            self._transcript.holds_within(DYING, lambda: any(self._transcript[name].ended for name in servers))

    def _wait_for_more(self, seen: int) -> None:
        """Waits until anything arrives; a server that others wait for must not end before it is ready."""
        unready, running = self._order.unready(), self._order.running()
        if not unready and not running:
            return  # It came meanwhile; the loop handles it.
        service = (unready or running)[0]
        what = f"{service} to be ready" if unready else f"{service} to finish"
        self._watch.doing(f"waiting for {what}")
        arrived = lambda: self._transcript.arrivals > seen  # noqa: E731
        self._transcript.wait(arrived, what, service, must_live=bool(unready), spare=self._stretch)

    def _look_before_the_deadline(self) -> None:
        """Looks once at all programs when the last stretch begins."""
        if self._stretch is not None and self._transcript.left <= self._stretch:
            self._stretch = None
            for name in self._order.started:
                self._snapshots.begin(name, LAST_STRETCH_BEGINS)

    def _start(self, able: list[str]) -> None:
        if not able:
            return
        self._snapshots.results()  # A server's clients begin once it was looked at: it must not have one by then.
        self._watch.doing("starting " + ", ".join(able))
        self._order.started.update(able)
        for start in [self._pool.submit(self._session.start, name) for name in able]:
            result_of(start)

    def _hear(self, name: str) -> None:
        unheard = self._transcript[name].unheard
        # Only those that are there now: a program may print more while these are handled.
        for _ in range(len(unheard)):
            if self._transcript.late:
                return  # the next wait raises the timeout
            event = unheard.popleft()
            self._watch.event(name, event)
            if moment := _moment(event):
                self._sampler.note(name, moment)
            if event.get("checkpoint"):
                self._answer(name, event)
            elif event["event"] == "ready" and event is self._transcript[name].event("ready"):
                self._look_at_ready(name)

    def _look_at_ready(self, name: str) -> None:
        """A server gets a snapshot when it is ready itself, and no second one when its clients are."""
        if self._order.is_observed(name):
            self._snapshots.begin(name, "ready")

    def _answer(self, name: str, event: Event) -> None:
        """Takes the checkpoint's snapshots, and lets the waiting program go on once all are taken."""
        if event["event"] == "ready":
            self._look_at_ready(name)
        else:
            for service in self._order.watched(name):
                self._snapshots.begin(service, str(event.get("moment", event["event"])))
        self._snapshots.results()
        self._session.send(name, CONTINUE)

    def _collected(self, *, cut_short: bool) -> tuple[dict[str, ServiceEvidence], LabFailure | None]:
        """The evidence of all services, collected in parallel, and the first failure to collect one."""
        observed = self._order.servers or self._services
        for name in observed if self._stretch is not None else self._order.started:
            self._snapshots.begin(name, "ended")
        left = {name: self._pool.submit(self._collect, one, cut_short) for name, one in self._services.items()}
        services = {name: result_of(future) for name, future in left.items()}
        self._pool.shutdown()
        problems = (problem for _, problem in services.values() if problem)
        return {name: kept for name, (kept, _) in services.items()}, next(problems, None)

    def _collect(self, service: Service, cut_short: bool) -> tuple[ServiceEvidence, LabFailure | None]:
        if service.name not in self._order.started:
            return self._collector.left_by(service, None, started=False), None
        return self._collector.collect(service, cut_short=cut_short)

    def _told(self, problem: LabFailure | None) -> str | None:
        """The problem with the last lines as they are now: the end often arrives before the traceback."""
        if problem is None or problem.service is None:
            return str(problem) if problem else None
        return str(LabFailure(problem.problem, self._transcript[problem.service].last_lines(), problem.service))

    def let_go(self) -> None:
        """Ends the threads without waiting for them. The process would wait at its exit for one that nobody ended."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def arrived(self, problem: str) -> Evidence:
        """The evidence from what has arrived, without asking the engine: an interrupted lab must not wait."""
        self.let_go()
        left = {
            name: self._collector.left_by(one, "the lab was interrupted", started=name in self._order.started)
            for name, one in self._services.items()
        }
        return self._evidence(left, problem, Interrupted.__name__)

    def _evidence(self, services: dict[str, ServiceEvidence], problem: str | None, cause: str | None) -> Evidence:
        return Evidence(
            scenario=self._plan.scenario,
            engine=self._engine.name,
            engine_version=self._engine.version,
            run=self._plan.run,
            services=services,
            seconds=self._seconds,
            problem=problem,
            cause=cause,
        )


def _moment(event: Event) -> str | None:
    """The label of an event in a chart over time; None for events that are no turning points of a run."""
    if event["event"] == "exited":
        return "died" if event.get("code") else "ended"
    if event["event"] in TURNING_POINTS or event.get("checkpoint"):
        return str(event.get("moment", event["event"]))
    return None


def _was_cut_off(said: Said) -> bool:
    told = [said.stderr.tail.text, *(str(event.get("error")) for event in said.events[-NEWEST:])]
    return any(name in text for name in CUT_OFF for text in told)
