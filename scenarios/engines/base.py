"""The interface between the lab and whatever runs its services: docker/, local/ and the tests' scripted engine.

An Engine opens a Session for one run. The run then creates everything, starts services in its own order, and reads what
they say through the Sink that it gave. Every method that changes something returns once it is done; several may be
called at the same time from different threads. Everything an engine raises is an error of scenarios/errors.py.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from scenarios.events import Stream as Stream
from scenarios.imagestore import ImageStore
from scenarios.scenario import Scenario, Service

# Bytes of one stream that are kept; what a program writes beyond them is taken from it and dropped.
MOST_BYTES = 1024**3
# How long a look or a check inside a machine may take, in seconds.
EXECUTE_WITHIN = 60.0


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


@dataclass(frozen=True)
class Information:
    """What a container engine tells of itself: its own words, how many networks it has, and where it is asked.

    `here` says whether its files and its kernel are this machine's: a local socket may lead into a virtual machine.
    `not_protected` is what is wrong with the way to it, if anything is.
    """

    said: Mapping[str, Any]
    networks: int
    address: str
    here: bool
    not_protected: str | None = None


class Sink(Protocol):
    """Where an engine puts what happens, from any thread."""

    @property
    def seal(self) -> str:
        """A word that no program can know. It stands as `seal` in the two lines that an engine puts into a service's
        stdout itself: `started` with the program's `pid`, before all that it prints, and `exited` with its `code`.
        """

    def output(self, service: str, stream: Stream, data: bytes) -> None:
        """Bytes that the service wrote, in order within each stream; may split lines anywhere."""

    def stopped(self, service: str) -> None:
        """The service's machine is gone, or nothing more can come from it."""

    def lost(self, problem: str) -> None:
        """The engine does not answer any more."""


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

    def mark(self, service: str, line: str) -> None:
        """Puts a line into the service's stdout, behind all that its program has written there; the program has not
        ended. Raises EngineError.
        """

    def execute(self, service: str, command: Sequence[str]) -> Executed:
        """Runs a command on the service's machine as the program's own user, also after the program ended, and also
        when the program has used up its pids_limit. Raises EngineError when it takes too long.
        """

    def look(self, service: str, pid: int) -> str:
        """What run/samples.py parses of process `pid` on the service's machine; empty when it is gone.

        Raises Unavailable where nobody can look at a process, with the reason, and LabFailure where looking failed.
        """

    def glance(self, service: str, pid: int) -> str:
        """The least that a look can be, for many of them: what the lab's own process on the machine has had of the
        processor in seconds, how many descriptors `pid` has, how many TCP sockets of the service's port the programs of
        the machine have, or `-`, and the fields of its /proc/PID/stat from its state on.

        Empty when it is gone, or where looking would first have to be made possible. Raises as `look` does.
        """

    def log(self, service: str, stream: Stream) -> Iterator[bytes]:
        """All of a stream so far, in parts, from the engine's own store."""

    def hosts_reached(self, service: str) -> Sequence[str]:
        """The addresses of the lab's own host that answer from inside the service's machine: there must be none.

        Raises Unavailable where an engine shares the host's network anyway, LabFailure when it could not be tried.
        """

    def out_of_memory(self, service: str) -> bool:
        """Whether the kernel killed something on the service's machine for want of memory."""

    def leave(self) -> None:
        """Lets go of what this process has of the run: connections, files, threads. Machines and programs stay as they
        are, and nothing more can be asked but their removal. Raises EngineError.
        """

    def remove(self) -> None:
        """Removes everything of this run, also what is being created at this moment.

        Never raises; a second call finds nothing.
        """


class Engine(Protocol):
    """A way to run services."""

    name: str

    @property
    def limits(self) -> frozenset[str]:
        """Those of scenario.LIMITS that bind its services."""

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

    @property
    def images(self) -> ImageStore | None:
        """The store that the pipeline fills with images; None where services need none."""

    def information(self) -> Information | None:
        """What the engine tells of itself; None where there is nothing to tell. Raises EngineGone, EngineError."""

    def unable(self, services: Iterable[Service]) -> str | None:
        """Why this engine cannot run these services at all, the reason for a skip; None when it can."""

    def open(self, scenario: Scenario, run: str, sink: Sink, keep: bool, image_ids: Mapping[str, str]) -> Session:
        """A session for the run with that id; nothing is created yet. `image_ids` maps an image's name to its id."""

    def leftovers(self) -> Sequence[Leftover]:
        """Everything of this project on the engine, of living and dead owners."""

    def remove(self, leftovers: Iterable[Leftover]) -> None:
        """Removes these; what is already gone is no error."""

    def execute_in(self, leftover: Leftover, command: Sequence[str]) -> int:
        """Runs a command in a kept service with this terminal as its input and output; returns its exit status."""


def too_few_processors(services: Iterable[Service], available: int) -> str | None:
    """Why a machine with so many processors cannot run these services; None when it can."""
    for service in services:
        if service.cpu_count is not None and service.cpu_count > available:
            return f"{service.name} needs {service.cpu_count} processors, and this machine gives {available}"
    return None
