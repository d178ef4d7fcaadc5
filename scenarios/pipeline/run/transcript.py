"""The output of a run's services so far. The engine's threads fill it; it holds the lab's only wait loop."""

import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Condition

from scenarios.definition.scenario import STREAMS, Stream
from scenarios.engines.base import MOST_BYTES
from scenarios.errors import EngineGone, EvidenceError, LabFailure, ServiceDied, SightLost, WaitTimeout
from scenarios.pipeline.run.spool import Spool
from scenarios.results.events import Event, Events, Lines, event_in, last_lines, shortened
from scenarios.results.evidence import LOGS, log_file
from scenarios.system.signals import HEARD_WITHIN

Clock = Callable[[], float]
# The most events that wait to be handled; when a program prints more while the lab is busy, the oldest are dropped.
UNHEARD = 20_000
EXIT_STATUSES = range(256)
REPORTS = ("started", "exited", "collected")  # events that an engine itself writes into a program's stdout
SEAL_BYTES = 16


class Said:
    """One service's streams and the events in them.

    `exit_status` is what its PID 1 reported; `stopped` means that nothing more can come. `unheard` are the events that
    the run has not handled yet.
    """

    def __init__(self, service: str, seal: str, directory: Path | None = None, most: int = MOST_BYTES) -> None:
        """Reports of a program's start and end count only with the `seal`. Without a directory, files have no names.

        `most` bytes of each stream are kept.
        """
        self._seal = seal
        self.stdout, self.stderr = (
            Spool(log_file(directory, service, stream) if directory else None, most) for stream in STREAMS
        )
        self.unheard = deque[Event](maxlen=UNHEARD)
        self.exit_status: int | None = None
        self.stopped = False
        self._lines, self._events, self._first = Lines(), Events(), dict[str, Event]()

    @property
    def ended(self) -> bool:
        return self.stopped or self.exit_status is not None

    @property
    def vanished(self) -> bool:
        """Whether nothing more can come, while the program's end is not known."""
        return self.stopped and self.exit_status is None

    @property
    def events(self) -> tuple[Event, ...]:
        return self._events.kept

    @property
    def events_left_out(self) -> int:
        return self._events.left_out

    def has(self, event: str) -> bool:
        return event in self._first

    def event(self, name: str) -> Event:
        """The first event of that name; raises KeyError when there is none yet."""
        return self._first[name]

    def last_lines(self) -> tuple[str, ...]:
        """The last lines of both streams, the engine's own reports left out."""
        out = [line for line in last_lines(self.stdout.tail.text) if not self._is_of_the_lab(event_in(line))]
        return tuple(map(shortened, (*out, *last_lines(self.stderr.tail.text))))

    def add(self, stream: Stream, data: bytes) -> bool:
        """Adds bytes; whether an event was among them. Raises OSError when they cannot be kept."""
        if stream == "stderr":
            self.stderr.add(data)
            return False
        came = sum(self._hear(self._events.add(line)) for line in self._lines.add(data))
        self.stdout.add(data)
        return came > 0

    def _hear(self, event: Event | None) -> bool:
        if event is None or (event["event"] in REPORTS and not self._is_of_the_lab(event)):
            return False
        self._first.setdefault(event["event"], event)
        self.unheard.append(event)
        code = event.get("code")
        if event["event"] == "exited" and type(code) is int and code in EXIT_STATUSES:
            self.exit_status = code
        return True

    def _is_of_the_lab(self, event: Event | None) -> bool:
        """Whether a line is the engine's report and not the program's own, which may print anything."""
        return event is not None and event["event"] in REPORTS and event.get("seal") == self._seal

    def close(self) -> None:
        self.stdout.close()
        self.stderr.close()


class Transcript:
    """The Sink of a run: one thread waits in `wait`, an engine's threads call the rest; `arrivals` counts events."""

    def __init__(
        self,
        services: Mapping[str, int],
        deadline: float,
        directory: Path | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        """`services` maps each service to the most bytes of a stream that are kept.

        Every wait ends at the `deadline`, in seconds of `clock`. The directory must exist. Raises EvidenceError.
        """
        self._changed = Condition()
        self._lost: str | None = None
        self._unkept: EvidenceError | None = None
        self._awaiting_bytes = False
        self.seal = secrets.token_hex(SEAL_BYTES)
        self.arrivals = 0
        self._clock = clock
        self.deadline = deadline
        with _kept():
            if directory:
                (directory / LOGS).mkdir(exist_ok=True)
            self._said = {name: Said(name, self.seal, directory, most) for name, most in services.items()}

    def __getitem__(self, service: str) -> Said:
        return self._said[service]

    def output(self, service: str, stream: Stream, data: bytes) -> None:
        """Adds bytes of a stream, and the events in them; bytes that come after `close` are lost."""
        with self._changed:
            try:
                with _kept():
                    told = self._said[service].add(stream, data)
            except EvidenceError as error:
                self._unkept, told = self._unkept or error, True
            if told:
                self._arrived()
            elif self._awaiting_bytes:
                self._changed.notify_all()

    def stopped(self, service: str) -> None:
        with self._changed:
            self._said[service].stopped = True
            self._arrived()

    def lost(self, problem: str) -> None:
        with self._changed:
            self._lost = self._lost or problem
            self._arrived()

    def _arrived(self) -> None:
        self.arrivals += 1
        self._changed.notify_all()

    def wait(
        self, done: Callable[[], bool], what: str, service: str, *, must_live: bool, spare: float | None = None
    ) -> None:
        """Returns once `done()`, which is asked again after everything that arrives.

        With `spare`, it also returns when no more seconds than these are left before the deadline.
        `what` says what is awaited of `service`. Raises ServiceDied when the service ended before and `must_live`,
        EngineGone when the engine did, WaitTimeout at the deadline.
        """
        with self._changed:
            # After the deadline nothing counts any more, or a program that prints without end would postpone it.
            while not done() or self.late:
                if self._lost is not None:
                    raise self._engine_gone(f" while the lab waited for {what}")
                if must_live and self._said[service].ended:
                    raise self._died(service, what)
                if self.late:
                    raise self._timed_out(service, what)
                if spare is not None and self.left <= spare:
                    return
                self._changed.wait(min(self.left - (spare or 0.0), HEARD_WITHIN))

    @property
    def left(self) -> float:
        """The seconds before the deadline."""
        return self.deadline - self._clock()

    @property
    def late(self) -> bool:
        return self.left <= 0

    def holds_within(self, seconds: float, condition: Callable[[], bool]) -> bool:
        """Whether `condition()`, which may be about bytes too, becomes true within so many seconds."""
        with self._changed:
            self._awaiting_bytes = True
            return self._changed.wait_for(condition, seconds)

    def blind(self) -> LabFailure | None:
        """The failure, if a machine vanished before its program's end was known, or output could not be kept."""
        with self._changed:
            vanished = next((name for name, said in self._said.items() if said.vanished), None)
            if vanished is None or self._unkept:
                return self._unkept
            if self._lost is not None:
                return self._engine_gone(f", and how {vanished} ended is not known")
        what = f"the engine lost sight of {vanished}: it was removed or killed before its program's end was known"
        return SightLost(what, self._said[vanished].last_lines(), vanished)

    def close(self) -> None:
        with self._changed:
            for said in self._said.values():
                said.close()

    def _engine_gone(self, when: str) -> EngineGone:
        return EngineGone(f"the engine stopped answering{when}: {self._lost}")

    def _died(self, service: str, what: str) -> ServiceDied:
        said = self._said[service]
        how = f"ended with exit status {said.exit_status}" if said.exit_status is not None else "was removed or killed"
        return ServiceDied(f"{service} {how} while the lab waited for {what}", said.last_lines(), service)

    def _timed_out(self, service: str, what: str) -> WaitTimeout:
        lines = self._said[service].last_lines()
        return WaitTimeout(f"the time is up, and the lab still waits for {what}", lines, service)


@contextmanager
def _kept() -> Iterator[None]:
    """Raises a full disk, and a write after the end, as the lab's own error."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise EvidenceError(f"the services' output cannot be kept: {error}") from error
