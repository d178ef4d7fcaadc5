"""What a run's services have said so far, filled from the engine's threads; holds the lab's only wait loop."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition

from scenarios.engines.base import Stream
from scenarios.errors import EngineGone, ServiceDied, WaitTimeout
from scenarios.evidence import Event, event_in, last_lines

Clock = Callable[[], float]


@dataclass
class Said:
    """One service's streams and what they tell.

    `exit_status` is what its PID 1 reported; `stopped` that nothing more can come.
    """

    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    events: list[Event] = field(default_factory=list)
    parsed: int = 0
    exit_status: int | None = None
    stopped: bool = False

    @property
    def ended(self) -> bool:
        """Whether the program runs no more."""
        return self.stopped or self.exit_status is not None

    def has(self, event: str) -> bool:
        """Whether an event of that name came."""
        return any(e["event"] == event for e in self.events)

    def event(self, name: str) -> Event:
        """The first event of that name; raises StopIteration when there is none yet."""
        return next(e for e in self.events if e["event"] == name)

    def last_lines(self) -> tuple[str, ...]:
        """The last lines of both streams, the events of the lab's own PID 1 left out."""
        out = [line for line in last_lines(self.stdout.decode(errors="replace")) if not _is_of_hold(line)]
        return (*out, *last_lines(self.stderr.decode(errors="replace")))

    def parse(self) -> list[Event]:
        """The events in the complete lines of stdout that were not parsed before."""
        end = self.stdout.rfind(b"\n") + 1
        lines = self.stdout[self.parsed : end].decode(errors="replace").splitlines()
        self.parsed = max(end, self.parsed)
        events = [event for line in lines if (event := event_in(line))]
        self.events.extend(events)
        return events


def _is_of_hold(line: str) -> bool:
    event = event_in(line)
    return event is not None and event["event"] in ("started", "exited")


class Transcript:
    """The Sink of a run.

    `arrivals` counts what came. One thread waits in `wait`; the engine's threads report through the other methods.
    """

    def __init__(self, services: list[str], deadline: float, clock: Clock = time.monotonic) -> None:
        """`deadline` is on `clock`, in seconds; every wait ends there at the latest."""
        self._said = {name: Said() for name in services}
        self._changed = Condition()
        self._lost: str | None = None
        self.arrivals = 0
        self._clock = clock
        self.deadline = deadline

    def __getitem__(self, service: str) -> Said:
        """What a service said so far."""
        return self._said[service]

    def output(self, service: str, stream: Stream, data: bytes) -> None:
        """Takes in bytes of a stream, and the events in them."""
        with self._changed:
            said = self._said[service]
            getattr(said, stream).extend(data)
            if stream == "stdout":
                for event in said.parse():
                    if event["event"] == "exited" and isinstance(event.get("code"), int):
                        said.exit_status = event["code"]
            self._arrived()

    def stopped(self, service: str) -> None:
        """Notes that nothing more can come from the service."""
        with self._changed:
            self._said[service].stopped = True
            self._arrived()

    def lost(self, problem: str) -> None:
        """Notes that the engine is gone, which ends every wait."""
        with self._changed:
            self._lost = self._lost or problem
            self._arrived()

    def _arrived(self) -> None:
        self.arrivals += 1
        self._changed.notify_all()

    def wait(self, done: Callable[[], bool], what: str, service: str, *, must_live: bool) -> None:
        """Returns once `done()`, which is asked again after everything that arrives; `what` says what is awaited of
        `service`.

        Raises ServiceDied when the service ended before and `must_live`, EngineGone when the engine did, WaitTimeout at
        the deadline.
        """
        with self._changed:
            while not done():
                if self._lost is not None:
                    raise EngineGone(f"the engine stopped answering while the lab waited for {what}: {self._lost}")
                if must_live and self._said[service].ended:
                    raise self._died(service, what)
                left = self.deadline - self._clock()
                if left <= 0:
                    raise self._timed_out(service, what)
                self._changed.wait(left)

    def holds_within(self, seconds: float, condition: Callable[[], bool]) -> bool:
        """Whether `condition()` holds at the latest after so many seconds."""
        with self._changed:
            return self._changed.wait_for(condition, seconds)

    def _died(self, service: str, what: str) -> ServiceDied:
        said = self._said[service]
        how = f"ended with exit status {said.exit_status}" if said.exit_status is not None else "was removed or killed"
        return ServiceDied(f"{service} {how} while the lab waited for {what}", said.last_lines(), service)

    def _timed_out(self, service: str, what: str) -> WaitTimeout:
        lines = self._said[service].last_lines()
        return WaitTimeout(f"the time is up, and the lab still waits for {what}", lines, service)
