"""Runs an experiment on an engine: up, drive, collect, down; what remains is Evidence."""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from scenarios import evidence as evidences
from scenarios.engines.base import Engine, Session
from scenarios.errors import Interrupted, LabFailure
from scenarios.events import Event
from scenarios.evidence import Evidence, ServiceEvidence
from scenarios.run.collect import Collector
from scenarios.run.looks import Looks
from scenarios.run.order import Order
from scenarios.run.pace import Pace
from scenarios.run.transcript import Said, Transcript
from scenarios.scenario import Scenario, Service

CONTINUE = b"continue\n"
# How long a server may take to end, in seconds, after one of its clients ended badly.
DYING = 3.0
# What it is called when a connection was ended by its other side, the programs' own word for a clean end among it, and
# the newest events in which that is looked for.
CUT_OFF = (
    "ConnectionResetError",
    "ConnectionAbortedError",
    "ConnectionRefusedError",
    "BrokenPipeError",
    "ConnectionError",
)
NEWEST = 20


class Watch(Protocol):
    """Is told what a run is doing, while it does it."""

    def doing(self, what: str) -> None:
        """The lab begins something, or waits for it."""

    def event(self, service: str, event: Event) -> None:
        """A service reported an event."""


@dataclass(frozen=True)
class Plan:
    """One run: of what, by which id, into which existing directory, for how many seconds at most; `keep` leaves its
    machines standing, and `image_ids` maps an image's name to its id.
    """

    scenario: Scenario
    run: str
    directory: Path
    timeout: float
    keep: bool = False
    image_ids: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def living(engine: Engine, plan: Plan, watch: Watch) -> Iterator[tuple[Evidence, Session]]:
    """The evidence of one run, saved, while its machines still stand; everything is removed on leaving, unless `keep`.

    A run that the lab could not finish is evidence too, with `problem` set. An interrupted one is saved, removed, and
    raised on. Raises EvidenceError when nothing can be saved.
    """
    transcript = Transcript(list(plan.scenario.services), time.monotonic() + plan.timeout, plan.directory)
    session = engine.open(plan.scenario, plan.run, transcript, plan.keep, plan.image_ids)
    try:
        try:
            yield _driven(_Drive(engine, session, plan, transcript, watch), plan.directory), session
        finally:
            if not plan.keep:
                session.remove()
        if plan.keep:
            session.leave()
    except BaseException:
        # An interrupt may have cut the removal above short; it comes only once, so this one is whole.
        session.remove()
        raise
    finally:
        transcript.close()


def _driven(drive: "_Drive", directory: Path) -> Evidence:
    """The run's evidence, saved; of an interrupted run too."""
    try:
        evidence = drive.evidence()
        evidences.save(evidence, directory)
    except Interrupted as interrupt:
        with suppress(LabFailure):  # What cannot be saved is lost; the interrupt must still get out.
            evidences.save(drive.arrived(problem=f"interrupted by {interrupt.signal_name}"), directory)
        raise
    return evidence


class _Drive:
    """One run: starts services in order, and lets those go on that wait at a checkpoint, once they were looked at."""

    def __init__(self, engine: Engine, session: Session, plan: Plan, transcript: Transcript, watch: Watch) -> None:
        self._engine, self._session, self._plan, self._transcript, self._watch = (
            engine,
            session,
            plan,
            transcript,
            watch,
        )
        self._services = plan.scenario.services
        self._pool = ThreadPoolExecutor(2 * len(self._services) + 1, thread_name_prefix="look")
        self._order = Order(plan.scenario, transcript)
        self._looks = Looks(session, transcript, self._pool)
        self._collector = Collector(engine, session, transcript, self._looks)
        self._pace = Pace(session, transcript, plan.directory, self._in_sight)
        self._seconds: dict[str, float] = {}

    def _in_sight(self) -> list[str]:
        """Whom to look at in passing: those that are looked at when they are ready."""
        return [name for name in tuple(self._order.started) if self._order.is_looked_at(name)]

    def evidence(self) -> Evidence:
        """Drives the run to its end, or to the problem that stops it, and collects what it left."""
        problem: LabFailure | None = None
        try:
            with self._timed("create"):
                self._watch.doing("bringing up a network and " + _count(len(self._services), "machine"))
                self._session.create()
            with self._timed("run"):
                if not self._plan.scenario.alone:
                    self._pace.begin()
                self._to_the_end()
                self._let_the_dying_end()
        except LabFailure as failure:
            problem = failure
        finally:
            self._pace.end()
        with self._timed("collect"):
            self._watch.doing("collecting logs and samples")
            services, missing = self._collected(cut_short=problem is not None)
        problem = problem or self._transcript.blind() or missing
        return self._evidence(services, self._told(problem), type(problem).__name__ if problem else None)

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            self._seconds[phase] = round(time.monotonic() - begun, 4)

    def _to_the_end(self) -> None:
        """The loop: hears what came, starts what can start, waits for more."""
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

    def _let_the_dying_end(self) -> None:
        """A client that ended badly is often heard of before the server is that refused it: its traceback takes a
        moment to be written, and under Wine its end takes longer still.
        """
        servers = [name for name in self._order.servers if name in self._order.started]
        others = [self._transcript[name] for name in self._order.started if name not in servers]
        if servers and any(one.exit_status not in (None, 0) and _was_cut_off(one) for one in others):
            self._transcript.holds_within(DYING, lambda: any(self._transcript[name].ended for name in servers))

    def _wait_for_more(self, seen: int) -> None:
        """Waits until anything arrives; a server that others wait for must not end before it is ready."""
        unready, running = self._order.unready(), self._order.running()
        if not unready and not running:
            return  # What was awaited came after it was last looked for; the loop looks again.
        service = (unready or running)[0]
        what = f"{service} to be ready" if unready else f"{service} to finish"
        self._watch.doing(f"waiting for {what}")
        self._transcript.wait(lambda: self._transcript.arrivals > seen, what, service, must_live=bool(unready))

    def _start(self, able: list[str]) -> None:
        """Starts services at the same time."""
        if not able:
            return
        self._watch.doing("starting " + ", ".join(able))
        self._order.started.update(able)
        for start in [self._pool.submit(self._session.start, name) for name in able]:
            start.result()

    def _hear(self, name: str) -> None:
        """Handles a service's new events: looks at a server that is ready, looks at and answers a checkpoint."""
        unheard = self._transcript[name].unheard
        # Those that are there now: a program may print more of them while they are handled.
        for _ in range(len(unheard)):
            if self._transcript.late:
                return  # which the wait that comes next says
            event = unheard.popleft()
            self._watch.event(name, event)
            if event.get("checkpoint"):
                self._answer(name, event)
            elif event is self._transcript[name].event(event["event"]):
                self._first_of(name, event)

    def _first_of(self, name: str, event: Event) -> None:
        """Looks at a server that is ready: once, however often it says so."""
        if event["event"] == "ready" and self._order.is_looked_at(name):
            self._looks.look(name, "ready")

    def _answer(self, name: str, event: Event) -> None:
        """Looks at whom there is to look at, and lets the waiting program go on once all looks are done."""
        if event["event"] == "ready":
            # A server is looked at when it is ready itself, and needs no second look when its clients are.
            if self._order.is_looked_at(name):
                self._looks.look(name, "ready")
        else:
            for service in self._order.watched(name):
                self._looks.look(service, _moment(event))
        self._looks.results()
        self._session.send(name, CONTINUE)

    def _collected(self, *, cut_short: bool) -> tuple[dict[str, ServiceEvidence], LabFailure | None]:
        """What the run left, asked of the engine for all services at the same time, and what it could not tell."""
        for name in self._order.servers or self._services:
            self._looks.look(name, "ended")
        left = {name: self._pool.submit(self._collect, one, cut_short) for name, one in self._services.items()}
        services = {name: future.result() for name, future in left.items()}
        self._pool.shutdown()
        problems = (problem for _, problem in services.values() if problem)
        return {name: kept for name, (kept, _) in services.items()}, next(problems, None)

    def _collect(self, service: Service, cut_short: bool) -> tuple[ServiceEvidence, LabFailure | None]:
        if service.name not in self._order.started:
            return self._collector.left_by(service, None, started=False), None
        return self._collector.collect(service, cut_short=cut_short)

    def _told(self, problem: LabFailure | None) -> str | None:
        """The problem with the last lines as they are now: an end is often heard of before the traceback is."""
        if problem is None or problem.service is None:
            return str(problem) if problem else None
        return str(LabFailure(problem.problem, self._transcript[problem.service].last_lines(), problem.service))

    def arrived(self, problem: str) -> Evidence:
        """What has arrived already, without asking the engine for more: an interrupted lab has no time."""
        self._pool.shutdown(wait=False, cancel_futures=True)
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


def _was_cut_off(said: Said) -> bool:
    """Whether a program told of a connection that its other side ended."""
    told = [said.stderr.tail.text, *(str(event.get("error")) for event in said.events[-NEWEST:])]
    return any(name in text for name in CUT_OFF for text in told)


def _moment(event: Event) -> str:
    """What a checkpoint is called: by its own `moment`, else by its name."""
    return str(event.get("moment", event["event"]))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
