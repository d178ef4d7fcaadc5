"""The interface between the lab and whatever runs its services; docker.py, local.py and the tests' scripted engine
implement it.

An Engine opens a Session for one run. The run then creates everything, starts services in its own order, and reads what
they say through the Sink that it gave. Every method that changes something returns once it is done; several may be
called at the same time from different threads. Everything an engine raises is an error of scenarios/errors.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from scenarios.spec import Scenario, Service

Stream = Literal["stdout", "stderr"]


@dataclass(frozen=True)
class Executed:
    """What a command inside a service's machine returned; the streams as bytes, exactly as written."""

    exit_status: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True)
class Limit:
    """A limit and where it comes from, for messages: `Limit(20000, "containerd's hard limit of open files")`."""

    value: int
    source: str


@dataclass(frozen=True)
class Leftover:
    """A thing of this project that an engine holds: a container, a network, a process.

    `owner_lives` while its run's process does.
    """

    kind: str
    name: str
    run: str
    service: str
    kept: bool
    owner_lives: bool


class Sink(Protocol):
    """Where an engine puts what happens, from any thread."""

    def output(self, service: str, stream: Stream, data: bytes) -> None:
        """Bytes that the service wrote, in order within each stream; may split lines anywhere."""

    def stopped(self, service: str) -> None:
        """The service's machine is gone, or nothing more can come from it."""

    def lost(self, problem: str) -> None:
        """The engine does not answer any more."""


class BuildProgress(Protocol):
    """Where slow preparation shows how far it is; see images/build.py."""

    def step(self, image: str, number: int, total: int, text: str) -> None:
        """Step `number` of `total` of an image begins."""

    def line(self, image: str, text: str) -> None:
        """One line that the step printed."""

    def done(self, image: str, seconds: float) -> None:
        """The image is built."""


class Session(Protocol):
    """One run on an engine."""

    @property
    def removed(self) -> bool:
        """Whether `remove` has removed everything; False as long as an engine that is gone could not be asked."""

    def create(self) -> None:
        """Creates the network and every service's machine; no program starts yet. Raises EngineError."""

    def start(self, service: str) -> None:
        """Starts a service's program; its output goes to the sink from the first byte. Raises EngineError."""

    def send(self, service: str, data: bytes) -> None:
        """Writes to the program's standard input; a program that has ended ignores it."""

    def execute(self, service: str, command: Sequence[str]) -> Executed:
        """Runs a command on the service's machine as the program's own user, also after the program ended."""

    def read_logs(self, service: str) -> tuple[bytes, bytes]:
        """All of stdout and stderr so far, in one read of the engine's own store."""

    def out_of_memory(self, service: str) -> bool:
        """Whether the kernel killed something on the service's machine for want of memory."""

    def remove(self) -> None:
        """Removes everything of this run, also what is being created at this moment.

        Never raises; a second call finds nothing.
        """


class Engine(Protocol):
    """A way to run services."""

    name: str

    @property
    def version(self) -> str:
        """The engine's version, for the evidence."""

    @property
    def not_isolated(self) -> str | None:
        """What is not kept apart as containers would keep it, in one sentence; None when there is nothing to say."""

    def platform(self, service: Service) -> str:
        """What sys.platform will be in the service's program."""

    def hard_nofile(self) -> Limit | None:
        """The highest nofile a service can have here; None when the engine does not tell."""

    def prepare(self, services: Iterable[Service], progress: BuildProgress) -> None:
        """Sees to it that what the services need (images) is there.

        Raises ImageError, or Unavailable with the reason for a skip.
        """

    def open(self, scenario: Scenario, run: str, sink: Sink, keep: bool) -> Session:
        """A session for the run with that id; nothing is created yet."""

    def leftovers(self) -> Sequence[Leftover]:
        """Everything of this project on the engine, of living and dead owners."""

    def remove(self, leftovers: Iterable[Leftover]) -> None:
        """Removes these; what is already gone is no error."""

    def execute_in(self, leftover: Leftover, command: Sequence[str]) -> int:
        """Runs a command in a kept service with this terminal as its input and output; returns its exit status."""
