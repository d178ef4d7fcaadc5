"""Runs an experiment on an engine: up, drive, collect, down; what remains is Evidence."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Protocol

from scenarios import samples
from scenarios.engines.base import Engine, Session
from scenarios.errors import Interrupted, LabFailure
from scenarios.evidence import Event, Evidence, Sample, ServiceEvidence
from scenarios.spec import Scenario, Service
from scenarios.transcript import Transcript

CONTINUE = b"continue\n"
KILLED = 128 + 9  # the exit status that SIGKILL makes
# How long the live stream may lag behind the engine's own store before the logs count as truncated, in seconds.
STREAM_LAG = 2.0


class Watch(Protocol):
    """Is told what a run is doing, while it does it."""

    def doing(self, what: str) -> None:
        """The lab begins something, or waits for it."""

    def event(self, service: str, event: Event) -> None:
        """A service reported an event."""


@contextmanager
def living(
    engine: Engine,
    scenario: Scenario,
    run: str,
    watch: Watch,
    *,
    keep: bool,
    timeout: float,
    save: Callable[[Evidence], None],
) -> Iterator[tuple[Evidence, Session]]:
    """The evidence of one run, saved, while its machines still stand; everything is removed on leaving, unless `keep`.

    A run that the lab could not finish is evidence too, with `problem` set. An interrupted one is saved, removed, and
    raised on.
    """
    transcript = Transcript(list(scenario.services), time.monotonic() + timeout)
    session = engine.open(scenario, run, transcript, keep)
    drive = _Drive(engine, session, scenario, transcript, watch, run)
    evidence: Evidence | None = None
    try:
        try:
            evidence = drive.evidence()
            save(evidence)
            yield evidence, session
        except Interrupted as interrupt:
            if evidence is None:
                with suppress(LabFailure):  # What cannot be saved is lost; the interrupt must still get out.
                    save(drive.arrived(problem=f"interrupted by {interrupt.signal_name}"))
            raise
        finally:
            if not keep:
                session.remove()
    except BaseException:
        # An interrupt may have cut the removal above short; it comes only once, so this one is whole.
        session.remove()
        raise


class _Drive:
    """One run: starts services in order, looks at them at their checkpoints, and knows when it is over."""

    def __init__(
        self, engine: Engine, session: Session, scenario: Scenario, transcript: Transcript, watch: Watch, run: str
    ) -> None:
        self._engine, self._session, self._scenario, self._transcript, self._watch, self._run = (
            engine,
            session,
            scenario,
            transcript,
            watch,
            run,
        )
        self._servers = [name for name in scenario.services if name in scenario.awaited("ready")]
        self._started: set[str] = set()
        self._heard: dict[str, int] = dict.fromkeys(scenario.services, 0)
        self._looks: dict[tuple[str, str], Future[Sample | None]] = {}
        self._pool = ThreadPoolExecutor(2 * len(scenario.services) + 1, thread_name_prefix="look")
        self._seconds: dict[str, float] = {}

    def evidence(self) -> Evidence:
        """Drives the run to its end, or to the problem that stops it, and collects what it left."""
        problem: LabFailure | None = None
        try:
            with self._timed("create"):
                self._watch.doing("bringing up a network and " + _count(len(self._scenario.services), "machine"))
                self._session.create()
            with self._timed("run"):
                self._to_the_end()
        except LabFailure as failure:
            problem = failure
        with self._timed("collect"):
            self._watch.doing("collecting logs and samples")
            services = self._collected()
        return self._evidence(services, self._told(problem))

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            self._seconds[phase] = round(time.monotonic() - begun, 4)

    def _to_the_end(self) -> None:
        while True:
            seen, over = self._transcript.arrivals, self._is_over()
            for name in self._scenario.services:
                self._hear(name)
            if over:
                return
            self._start_what_can()
            self._wait_for_more(seen)

    def _wait_for_more(self, seen: int) -> None:
        """Waits until anything arrives; a server that others wait for must not end before it is ready."""
        unready = [name for name in self._servers if name in self._started and not self._transcript[name].has("ready")]
        running = [name for name in self._started if not self._transcript[name].ended and name not in self._servers]
        if not unready and not running:
            return  # What was awaited came after it was last looked for; the loop looks again.
        # Of several, one that has ended already: it must not be waited for behind one that may still come.
        unready.sort(key=lambda name: not self._transcript[name].ended)
        service = (unready or sorted(running))[0]
        what = f"{service} to be ready" if unready else f"{service} to finish"
        self._watch.doing(f"waiting for {what}")
        self._transcript.wait(lambda: self._transcript.arrivals > seen, what, service, must_live=bool(unready))

    def _start_what_can(self) -> None:
        """Starts, at the same time, the services whose dependencies are met."""
        able = [s for s in self._scenario.services.values() if s.name not in self._started and self._can_start(s)]
        if able:
            self._watch.doing("starting " + ", ".join(s.name for s in able))
            self._started.update(s.name for s in able)
            for start in [self._pool.submit(self._session.start, s.name) for s in able]:
                start.result()

    def _can_start(self, service: Service) -> bool:
        return all(self._met(name, condition) for name, condition in service.depends_on.items())

    def _met(self, name: str, condition: str) -> bool:
        said = self._transcript[name]
        return said.has("ready") if condition == "ready" else said.exit_status == 0

    def _hear(self, name: str) -> None:
        """Handles a service's new events: looks at a server that is ready, looks at and answers a checkpoint."""
        events = self._transcript[name].events
        for event in events[self._heard[name] :]:
            self._heard[name] += 1
            self._watch.event(name, event)
            if event["event"] == "ready" and name in self._servers:
                self._look(name, "ready")
            if event.get("checkpoint"):
                self._answer(name, event)

    def _answer(self, name: str, event: Event) -> None:
        """Looks at every living server, and lets the waiting program go on once all looks are done."""
        for server in self._servers:
            self._look(server, event["event"])
        for look in self._looks.values():
            look.result()
        self._session.send(name, CONTINUE)

    def _look(self, name: str, moment: str) -> None:
        """Takes a sample in the background, once for each moment, unless the program has ended."""
        if (name, moment) not in self._looks and name in self._started and not self._transcript[name].ended:
            self._looks[name, moment] = self._pool.submit(self._sample, name, moment)

    def _sample(self, name: str, moment: str) -> Sample | None:
        pid = int(self._transcript[name].event("started")["pid"])
        looked = self._session.execute(name, samples.command(pid))
        return samples.parse(moment, looked.stdout.decode(errors="replace"))

    def _is_over(self) -> bool:
        """Whether every service that is not there for others has ended, and none can be started any more."""
        waiting = [s for s in self._scenario.services.values() if s.name not in self._started]
        return (
            all(self._transcript[name].ended for name in self._started if name not in self._servers)
            and all(self._transcript[name].has("ready") for name in self._servers if name in self._started)
            and not any(self._can_start(service) for service in waiting)
        )

    def _collected(self) -> dict[str, ServiceEvidence]:
        """What the run left, asked of the engine for all services at the same time."""
        for server in self._servers:
            self._look(server, "ended")
        left = {name: self._pool.submit(self._collect, service) for name, service in self._scenario.services.items()}
        services = {name: future.result() for name, future in left.items()}
        self._pool.shutdown()
        return services

    def _told(self, problem: LabFailure | None) -> str | None:
        """The problem with the last lines as they are now: an end is often heard of before the traceback is."""
        if problem is None or problem.service is None:
            return str(problem) if problem else None
        return str(LabFailure(problem.problem, self._transcript[problem.service].last_lines(), problem.service))

    def arrived(self, problem: str) -> Evidence:
        """What has arrived already, without asking the engine for more: an interrupted lab has no time."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._looks = {key: look for key, look in self._looks.items() if look.done()}
        services = self._scenario.services.values()
        return self._evidence(
            {one.name: self._left_by(one, complete=False, out_of_memory=False) for one in services}, problem
        )

    def _evidence(self, services: dict[str, ServiceEvidence], problem: str | None) -> Evidence:
        return Evidence(
            scenario=self._scenario,
            engine=self._engine.name,
            engine_version=self._engine.version,
            run=self._run,
            services=services,
            seconds=self._seconds,
            problem=problem,
        )

    def _collect(self, service: Service) -> ServiceEvidence:
        complete, out_of_memory = False, False
        if service.name in self._started:
            with suppress(LabFailure):
                complete = self._logs_are_complete(service.name)
                if self._transcript[service.name].exit_status == KILLED:
                    out_of_memory = self._session.out_of_memory(service.name)
        return self._left_by(service, complete, out_of_memory)

    def _left_by(self, service: Service, complete: bool, out_of_memory: bool) -> ServiceEvidence:
        said = self._transcript[service.name]
        return ServiceEvidence(
            name=service.name,
            image=service.image,
            platform=self._engine.platform(service),
            command=("python", "-m", service.module, *service.args),
            started=service.name in self._started,
            exit_status=said.exit_status,
            out_of_memory=out_of_memory,
            logs="complete" if complete else "truncated",
            stdout=said.stdout.decode(errors="replace"),
            stderr=said.stderr.decode(errors="replace"),
            samples=self._samples_of(service.name),
        )

    def _samples_of(self, name: str) -> tuple[Sample, ...]:
        """The samples that could be taken; a look into a machine that is gone is none."""
        taken = []
        for (service, _), look in list(self._looks.items()):
            if service == name and not look.cancelled() and look.exception() is None and (sample := look.result()):
                taken.append(sample)
        return tuple(taken)

    def _logs_are_complete(self, name: str) -> bool:
        """Whether the live stream holds, byte for byte, what one whole read of the engine's store gives."""
        stored = self._session.read_logs(name)
        said = self._transcript[name]

        def caught_up() -> bool:
            return len(said.stdout) >= len(stored[0]) and len(said.stderr) >= len(stored[1])

        arrived = self._transcript.holds_within(STREAM_LAG, caught_up)
        return arrived and said.stdout.startswith(stored[0]) and said.stderr.startswith(stored[1])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
