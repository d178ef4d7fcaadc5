"""A Scenario with every parameter set, and its Services, as frozen values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from scenarios.definition.parameters import Value, size

IMAGES = {"linux": "linux", "windows": "win32"}  # each image's sys.platform
# The parts of the subject, in the order in which they are taught.
Topic = Literal["coroutines", "waiting", "servers", "events"]
TOPICS: tuple[str, ...] = get_args(Topic)
LIMITS = frozenset({"nofile", "pids_limit", "mem_limit", "cpu_count"})
PORT = 8001  # on which a program listens by default
Stream = Literal["stdout", "stderr"]
STREAMS: tuple[Stream, Stream] = ("stdout", "stderr")
# How an argument refers to another service: {server.host}, {server.port}.
ADDRESS = re.compile(r"\{\s*([a-z][a-z0-9-]*)\.(host|port)\s*\}")


def address_of(report: str) -> str:
    """The web address of a public report, `owner/repository#number` on GitHub."""
    repository, _, number = report.partition("#")
    return f"https://github.com/{repository}/issues/{number}"


@dataclass(frozen=True)
class Address:
    host: str
    port: int = PORT


@dataclass(frozen=True)
class Code:
    """A program from outside labs/programs: its files' texts by file name, and `entry`, the file to run.

    `through` is as in Service, and comes before the service's own. `provided` are the files of the lab, by their paths
    in the checkout, that the machine has beside it; without any it has all of labs/programs.
    """

    entry: str
    files: dict[str, str]
    through: str | None = None
    provided: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Service:
    """One service, ready to start: a program in an image, with its limits.

    `nofile` and `pids_limit` are counts, `mem_limit` is in bytes, `cpu_count` is the number of CPUs that it may use
    (None: all). `nofile` is the soft limit, `nofile_hard` the hard one (None: the same). `sysctls` are settings of the
    service's own network, as the kernel writes them. `depends_on` maps each service to the condition to wait for.
    `limited_by` names the parameters in `nofile`. Arguments may still hold addresses of other services. `code` runs in
    place of `program`, which then still says how the code has to behave. `through` is a program of labs/programs that
    is started instead; it gets the module as its first argument, runs it and watches it.
    """

    name: str
    image: str
    program: str
    args: tuple[str, ...]
    nofile: int
    pids_limit: int
    mem_limit: int
    depends_on: dict[str, Literal["ready", "completed"]]
    limited_by: tuple[str, ...] = ()
    cpu_count: int | None = None
    nofile_hard: int | None = None
    sysctls: Mapping[str, str] = field(default_factory=dict)
    through: str | None = None
    code: Code | None = None

    @property
    def platform(self) -> str:
        return IMAGES[self.image]

    @property
    def most_nofile(self) -> int:
        """The hard limit of open descriptors: how far the program itself may raise its soft limit."""
        return self.nofile if self.nofile_hard is None else self.nofile_hard

    @property
    def words(self) -> tuple[str, ...]:
        """The words after `python -m`, with the folder of the code's files on the path."""
        module = self.code.entry.removesuffix(".py") if self.code else f"labs.programs.{self.program}"
        through = (self.code and self.code.through) or self.through
        return (f"labs.programs.{through}", module) if through else (module,)

    @property
    def module(self) -> str:
        return self.words[0]

    def arguments(self, addresses: Mapping[str, Address]) -> tuple[str, ...]:
        """The program's arguments with `{NAME.host}` and `{NAME.port}` filled in; `addresses` has every service."""
        filled = (ADDRESS.sub(lambda found: str(getattr(addresses[found[1]], found[2])), one) for one in self.args)
        return (*self.words[1:], *filled)


@dataclass(frozen=True)
class Scenario:
    """An experiment with every parameter set; `given` names those that the user set.

    `summary` and `teaches` speak of these parameters. A scenario that must run `alone` measures costs. `sweep` maps the
    parameters that a sweep varies by default to a range, list or value as text. `reports` are public reports of people
    who met what it shows, as `owner/repository#number` on GitHub.
    """

    name: str
    summary: str
    teaches: str
    timeout: float
    parameters: dict[str, Value]
    services: dict[str, Service]
    family: str
    given: tuple[str, ...] = ()
    next_commands: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    topic: str = ""
    alone: bool = False
    sweep: Mapping[str, str] = field(default_factory=dict)

    def number(self, parameter: str) -> int:
        """The value of a parameter that is a count, or a size in bytes."""
        return size(str(self.parameters[parameter]))

    def awaited(self, condition: Literal["ready", "completed"]) -> frozenset[str]:
        """The services that some other service waits for with this condition."""
        pairs = (pair for service in self.services.values() for pair in service.depends_on.items())
        return frozenset(name for name, what in pairs if what == condition)
