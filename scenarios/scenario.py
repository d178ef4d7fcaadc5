"""What everything is about, as frozen values: a Scenario with every parameter set, and its Services."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from scenarios.parameters import Value, size

# What sys.platform is in each image.
IMAGES = {"linux": "linux", "windows": "win32"}
# The parts of the subject, in the order in which they are learnt.
Topic = Literal["coroutines", "waiting", "servers", "events"]
TOPICS: tuple[str, ...] = get_args(Topic)
# What a service can be limited in.
LIMITS = frozenset({"nofile", "pids_limit", "mem_limit", "cpu_count"})
# Where a program listens unless it is told otherwise.
PORT = 8001
# How an argument refers to another service: {server.host}, {server.port}.
ADDRESS = re.compile(r"\{\s*([a-z][a-z0-9-]*)\.(host|port)\s*\}")


@dataclass(frozen=True)
class Address:
    """Where a service can be reached by the others of its run."""

    host: str
    port: int = PORT


@dataclass(frozen=True)
class Code:
    """A program that is not of labs/programs: the texts of its files by their names, and the one that is run.

    With `through`, a program of labs/programs runs it, whose first argument it is, and watches it.
    """

    entry: str
    files: dict[str, str]
    through: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """What Python's -m takes, once the folder of the files is on the path."""
        module = self.entry.removesuffix(".py")
        return (f"labs.programs.{self.through}", module) if self.through else (module,)


@dataclass(frozen=True)
class Service:
    """One service, ready to be started: a program in an image with its limits.

    `nofile` and `pids_limit` are counts, `mem_limit` is bytes; `depends_on` maps a service to what of it is awaited.
    `limited_by` names the parameters that `nofile` is made from. `cpu_count` is how many processors it may use (None:
    all that there are). Arguments may still name addresses of others. With `code`, that runs in place of `program`,
    which still says what it is to be like.
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
    code: Code | None = None

    @property
    def platform(self) -> str:
        """What `sys.platform` is in this service's image."""
        return IMAGES[self.image]

    @property
    def module(self) -> str:
        """The program as Python's -m takes it."""
        return self.code.words[0] if self.code else f"labs.programs.{self.program}"

    def arguments(self, addresses: Mapping[str, Address]) -> tuple[str, ...]:
        """The program's arguments with `{NAME.host}` and `{NAME.port}` filled in; `addresses` has every service."""
        before = self.code.words[1:] if self.code else ()
        filled = (ADDRESS.sub(lambda found: str(getattr(addresses[found[1]], found[2])), one) for one in self.args)
        return (*before, *filled)


@dataclass(frozen=True)
class Scenario:
    """An experiment with every parameter set. `given` names the parameters that the user set, not the file.

    `topic` is the part of the subject that it belongs to; one that must run `alone` measures costs. `sweep` has the
    parameters that a sweep varies unless it is told otherwise, each with its range, list or value as text.
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
    topic: str = ""
    alone: bool = False
    sweep: Mapping[str, str] = field(default_factory=dict)

    def number(self, parameter: str) -> int:
        """A parameter that counts something, or a size in bytes."""
        return size(str(self.parameters[parameter]))

    def awaited(self, condition: Literal["ready", "completed"]) -> frozenset[str]:
        """The services of which some other service awaits `condition`."""
        pairs = (pair for service in self.services.values() for pair in service.depends_on.items())
        return frozenset(name for name, what in pairs if what == condition)
