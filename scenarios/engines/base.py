"""The interface between the lab and what runs its services: docker/, local/ and the tests' scripted engine.

An Engine opens a Session for one run. The run creates all machines, starts services in its own order, and receives
their output through the Sink that it gave. A method that changes something returns when it is done. Threads may call
methods at the same time. Engines raise errors of scenarios/errors.py only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from images.store import ImageStore
from scenarios.definition.scenario import Scenario, Service, Stream

# Bytes of one stream that are kept; more is read from the program and dropped.
MOST_BYTES = 1024**3
# The same of a program that is not the lab's own.
MOST_BYTES_OF_CODE = 16 * 1024**2
# How long a command inside a machine may take, in seconds.
EXECUTE_WITHIN = 60.0


def most_bytes(service: Service) -> int:
    """How many bytes of each stream of a service are kept."""
    return MOST_BYTES_OF_CODE if service.code else MOST_BYTES


@dataclass(frozen=True)
class Executed:
    """The result of a command inside a service's machine; the streams as bytes, exactly as written."""

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
    """A container, network or process of this project on an engine.

    `owner_lives` is true while the process that runs its run lives.
    """

    kind: str
    name: str
    run: str
    service: str
    kept: bool
    owner_lives: bool


@dataclass(frozen=True)
class NotRemoved:
    """A thing that an engine refuses to remove, with the reason and what to do about it."""

    thing: Leftover
    reason: str


@dataclass(frozen=True)
class Information:
    """A container engine's description of itself (`said`), the number of its networks, and its address.

    `here` is true if its files and its kernel are this machine's: a local socket may lead into a virtual machine.
    `not_protected` says why others may read or use the connection to it, if they may.
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
        """A word that no program can know. An engine writes it as `seal` into its own two lines in a service's stdout:
        `started` with the program's `pid`, before all that the program prints, and `exited` with its `code`.
        """

    def output(self, service: str, stream: Stream, data: bytes) -> None:
        """Takes bytes that the service wrote, in order within each stream. They may end in the middle of a line."""

    def stopped(self, service: str) -> None:
        """The service's machine is gone, or nothing more can come from it."""

    def lost(self, problem: str) -> None:
        """The engine does not answer any more."""


class Session(Protocol):
    """One run on an engine."""

    @property
    def removed(self) -> bool:
        """Whether `remove` has removed all that it can; False while the engine could not be asked."""

    def create(self) -> None:
        """Creates the network and every service's machine; no program starts yet. Raises EngineError."""

    def start(self, service: str) -> None:
        """Starts a service's program; its output goes to the sink from the first byte. Raises EngineError."""

    def send(self, service: str, data: bytes) -> None:
        """Writes to the program's standard input; a program that has ended ignores it."""

    def mark(self, service: str, line: str) -> None:
        """Puts a line into a running service's stdout, after everything that its program has written there.

        Raises EngineError.
        """

    def execute(self, service: str, command: Sequence[str]) -> Executed:
        """Runs a command on the service's machine as the program's own user, also after the program has ended or has
        used up its pids_limit. Raises EngineError when it takes too long.
        """

    def snapshot(self, service: str, pid: int) -> Mapping[str, int]:
        """The resources of process `pid` on the service's machine, by proc_probe.snapshot; empty when it has ended.

        Raises Unavailable, with the reason, where this machine lets nobody look, and LabFailure where looking failed.
        """

    def quick_sample(self, service: str, pid: int) -> Mapping[str, int]:
        """The result of proc_probe.quick_sample, for many samples. `sockets`, where they can be counted, are the TCP
        sockets of the service's port that programs on the machine have; `probe_ns` is the CPU time that the lab's own
        process on the machine has had so far, if it has one there.

        Empty when the process has ended, or where no probe runs yet. Raises as `snapshot` does.
        """

    def log(self, service: str, stream: Stream) -> Iterator[bytes]:
        """All of a stream so far, in parts, from the engine's own store."""

    def hosts_reached(self, service: str) -> Sequence[str]:
        """The addresses of the lab's own host that a process on the service's machine can connect to: there must be
        none.

        Raises Unavailable where the services share the host's network, LabFailure when it could not be tried.
        """

    def out_of_memory(self, service: str) -> bool:
        """Whether the kernel killed a process on the service's machine because memory ran out."""

    def leave(self) -> None:
        """Closes this process's connections, files and threads of the run. Machines and programs stay as they are;
        after this only `remove` may be called. Raises EngineError.
        """

    def remove(self) -> Sequence[NotRemoved]:
        """Removes everything of this run, also what is being created at this moment; returns what stays all the same.

        Never raises; a second call finds nothing.
        """


class Engine(Protocol):
    """A way to run services."""

    name: str

    @property
    def limits(self) -> frozenset[str]:
        """Those of scenario.LIMITS that this engine enforces."""

    @property
    def version(self) -> str:
        """The engine's version, for the evidence."""

    @property
    def not_isolated(self) -> str | None:
        """The isolation of containers that this engine lacks, in one sentence; None for full isolation."""

    def platform(self, service: Service) -> str:
        """The sys.platform of the service's program."""

    def hard_nofile(self) -> Limit | None:
        """The highest nofile a service can have here; None when the engine does not tell."""

    @property
    def images(self) -> ImageStore | None:
        """The store that the pipeline fills with images; None where services need none."""

    def information(self) -> Information | None:
        """The engine's description of itself; None where it has none. Raises EngineGone, EngineError."""

    def unable(self, services: Iterable[Service]) -> str | None:
        """Why this engine cannot run these services, as the reason for a skip; None when it can."""

    def open(self, scenario: Scenario, run: str, sink: Sink, keep: bool, image_ids: Mapping[str, str]) -> Session:
        """A session for the run with that id; nothing is created yet. `image_ids` maps an image's name to its id."""

    def leftovers(self) -> Sequence[Leftover]:
        """Everything of this project on the engine, whether its owner lives or not."""

    def remove(self, leftovers: Iterable[Leftover], patient: bool = True) -> Sequence[NotRemoved]:
        """Removes these, and returns when they are gone; what was gone already is no error.

        Returns those that the engine refuses to remove. `patient` tries again for a while before that. Raises
        EngineGone, EngineError when the engine cannot be asked.
        """

    def execute_in(self, leftover: Leftover, command: Sequence[str]) -> int:
        """Runs a command in a kept service with this terminal as its input and output; returns its exit status."""


def too_few_processors(services: Iterable[Service], available: int) -> str | None:
    """Why a machine with so many processors cannot run these services; None when it can."""
    for service in services:
        if service.cpu_count is not None and service.cpu_count > available:
            return f"{service.name} needs {service.cpu_count} processors, and this machine gives {available}"
    return None
