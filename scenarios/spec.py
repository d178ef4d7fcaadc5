"""From a catalog file to a frozen Scenario; the only place that validates what a file or a flag says."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scenarios.errors import SpecError, UsageError
from scenarios.parameters import PLACEHOLDER, Kind, Value, fill, kind_of, size, whole_number
from scenarios.yaml_source import YamlSource

ROOT = Path(__file__).resolve().parent.parent
CATALOG = ROOT / "scenarios" / "catalog"
PROGRAMS = ROOT / "labs" / "programs"
CHECKS = ROOT / "tests" / "outcomes"
IMAGES = {"linux": "linux", "windows": "win32"}
# What a family of outcomes counts with: its parameters, and the services that its checks look at by name.
FAMILIES = {
    "transfers": (("clients", "selector", "size"), ("server", "client")),
    "fetches": (("urls", "latency", "pool"), ("origin", "serial", "gevent-unpatched")),
}

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
ParameterName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,30}$")]
ProgramName = Annotated[str, Field(pattern=r"^[a-z]\w*(\.[a-z]\w*)+$")]
# Names directories and the engine's things; `latest` is the link beside them.
FILE_NAME = re.compile(r"(?!latest$)[A-Za-z0-9][A-Za-z0-9_.-]{0,60}")
Whole = int | str


class Frozen(BaseModel):
    """A value that cannot be changed, and has no fields but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Ulimits(Frozen):
    """The limits of a service, soft and hard alike, in Compose's words."""

    nofile: Whole


class ServiceSource(Frozen):
    """A service as a catalog file writes it: numbers may still be placeholders."""

    image: str
    program: ProgramName
    args: list[str | int | float] = []
    ulimits: Ulimits = Ulimits(nofile=1024)
    pids_limit: Whole = 64
    mem_limit: str = "512MiB"
    depends_on: dict[str, Literal["ready", "completed"]] = {}


class ScenarioSource(Frozen):
    """A catalog file as it is written."""

    summary: str
    teaches: str = ""
    timeout: float | int = Field(default=120, gt=0, le=10**9)
    parameters: dict[ParameterName, Value] = {}
    services: dict[Name, ServiceSource] = Field(min_length=1)
    outcome: str


class Service(Frozen):
    """One service, ready to be started: a program in an image with its limits.

    `nofile` and `pids_limit` are counts, `mem_limit` is bytes; `depends_on` maps a service to what of it is awaited.
    """

    name: str
    image: str
    program: str
    args: tuple[str, ...]
    nofile: int
    pids_limit: int
    mem_limit: int
    depends_on: dict[str, Literal["ready", "completed"]]

    @property
    def platform(self) -> str:
        """What `sys.platform` is in this service's image."""
        return IMAGES[self.image]

    @property
    def module(self) -> str:
        """The program as Python's -m takes it."""
        return f"labs.programs.{self.program}"


class Scenario(Frozen):
    """An experiment with every parameter set. `given` names the parameters that the user set, not the file."""

    name: str
    summary: str
    teaches: str
    timeout: float
    parameters: dict[str, Value]
    given: tuple[str, ...] = ()
    services: dict[str, Service]
    outcome: str

    def number(self, parameter: str) -> int:
        """A parameter that counts something, or a size in bytes."""
        return size(str(self.parameters[parameter]))

    def awaited(self, condition: Literal["ready", "completed"]) -> frozenset[str]:
        """The services of which some other service awaits `condition`."""
        pairs = (pair for service in self.services.values() for pair in service.depends_on.items())
        return frozenset(name for name, what in pairs if what == condition)


def names() -> list[str]:
    """The catalog's scenarios, sorted."""
    return sorted(path.stem for path in CATALOG.glob("*.yaml"))


def load(name: str, given: Mapping[str, str] | None = None) -> Scenario:
    """The scenario `name` of the catalog, or the file at the path `name`, with parameters as `given` on the command
    line.

    Raises UsageError for an unknown name or a parameter that is wrong, SpecError for a file that is.
    """
    path = _find(name)
    source = YamlSource(path, _shown(path))
    if not FILE_NAME.fullmatch(path.stem):
        raise source.error([], f"the file's name is the scenario's: letters, digits, - and _, not {path.stem!r}")
    model = _parse(source)
    values = _parameters(source, model, given or {}, path.stem)
    services = {key: _service(source, key, service, values) for key, service in model.services.items()}
    _check_order(source, services)
    _check_family(source, model.outcome, values, services)
    return Scenario(
        name=path.stem,
        summary=model.summary,
        teaches=model.teaches,
        timeout=float(model.timeout),
        parameters=values,
        given=tuple(given or ()),
        services=services,
        outcome=model.outcome,
    )


def _find(name: str) -> Path:
    if name.endswith((".yaml", ".yml")) or "/" in name:
        path = Path(name)
        if not path.is_file():
            raise UsageError(f"there is no catalog file {name!r}")
        return path
    if name not in names():
        close = difflib.get_close_matches(name, names(), 1, 0.4)
        hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(names())}"
        raise UsageError(f"there is no scenario {name!r}; {hint}")
    return CATALOG / f"{name}.yaml"


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(ROOT))
    except ValueError:
        return str(path)


def _parse(source: YamlSource) -> ScenarioSource:
    if not isinstance(source.data, dict):
        raise source.error([], "a scenario is a mapping with the keys summary, parameters, services and outcome")
    try:
        return ScenarioSource.model_validate(source.data)
    except ValidationError as error:
        # A key that is misspelled is missing too; the first is what its author can mend.
        first = min(error.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")
        where = [part for part in first["loc"] if part != "[key]"]
        raise source.error(_within(source.data, where), _problem(first, where)) from error


def _within(data: Any, path: list[Any]) -> list[str | int]:
    """The part of `path` that exists in `data`: pydantic adds the names of a union's members."""
    kept: list[str | int] = []
    for key in path:
        if not ((isinstance(data, dict) and key in data) or (isinstance(data, list) and isinstance(key, int))):
            break
        data = data[key]
        kept.append(key)
    return kept


def _problem(error: Any, where: list[str | int]) -> str:
    key = ".".join(map(str, where))
    if error["type"] == "extra_forbidden":
        allowed = Ulimits if "ulimits" in where else ServiceSource if len(where) > 1 else ScenarioSource
        close = difflib.get_close_matches(str(where[-1]), allowed.model_fields, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"allowed are {', '.join(allowed.model_fields)}"
        return f"unknown key {key!r}; {hint}"
    if error["type"] == "missing":
        return f"the key {key!r} is missing"
    return f"{key!r} is {error['input']!r}: {error['msg'][0].lower()}{error['msg'][1:]}"


def _parameters(source: YamlSource, model: ScenarioSource, given: Mapping[str, str], name: str) -> dict[str, Value]:
    for parameter in given:
        if parameter not in model.parameters:
            known = ", ".join(model.parameters) or "none"
            raise UsageError(f"{name} has no parameter {parameter!r}; it has: {known}")
    values: dict[str, Value] = {}
    for parameter, default in model.parameters.items():
        kind: Kind = kind_of(parameter, default)
        try:
            values[parameter] = kind.convert(parameter, default)
        except UsageError as error:
            raise source.error(["parameters", parameter], str(error)) from error
        if parameter in given:
            values[parameter] = kind.convert(parameter, given[parameter])
    return values


def _service(source: YamlSource, name: str, service: ServiceSource, values: Mapping[str, Value]) -> Service:
    where = ["services", name]
    if service.image not in IMAGES:
        raise source.error([*where, "image"], f"there is no image {service.image!r}; there are: {', '.join(IMAGES)}")
    if not PROGRAMS.joinpath(*service.program.split(".")).with_suffix(".py").is_file():
        raise source.error([*where, "program"], f"there is no program {service.program!r} in labs/programs")

    def filled(key: str, given: object, *path: str | int) -> str:
        try:
            return fill(str(given), values)
        except (KeyError, ValueError) as error:
            unknown = f"there is no parameter {error.args[0]!r}" if isinstance(error, KeyError) else str(error)
            raise source.error([*where, *path], f"{key} is {given!r}: {unknown}") from error

    def count(key: str, given: Whole, *path: str) -> int:
        try:
            number = whole_number(filled(key, given, *path))
        except ValueError:
            number = 0
        if number < 1:
            raise source.error([*where, *path], f"{key} is {given!r}: not a whole number of at least 1")
        return number

    try:
        memory = size(service.mem_limit)
    except ValueError as error:
        raise source.error([*where, "mem_limit"], f"mem_limit is {service.mem_limit!r}: {error}") from error
    return Service(
        name=name,
        image=service.image,
        program=service.program,
        args=tuple(filled("args", text, "args", i) for i, text in enumerate(service.args)),
        nofile=count("ulimits.nofile", service.ulimits.nofile, "ulimits", "nofile"),
        pids_limit=count("pids_limit", service.pids_limit, "pids_limit"),
        mem_limit=memory,
        depends_on=service.depends_on,
    )


def _check_family(
    source: YamlSource, outcome: str, values: Mapping[str, Value], services: Mapping[str, Service]
) -> None:
    """Everything is there that theory and the outcome's checks count with."""
    if outcome not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise source.error(["outcome"], f"there are no outcome checks {outcome!r}; there are: {known}")
    parameters, named = FAMILIES[outcome]
    for key, needed, there in (("parameters", parameters, values), ("services", named, services)):
        missing = ", ".join(repr(name) for name in needed if name not in there)
        if missing:
            raise source.error([key], f"the outcome {outcome!r} needs the {key} {missing}")
    if not any("ready" in service.depends_on.values() for service in services.values()):
        raise source.error(["services"], "no service awaits that another is ready, so none is the server")


def _check_order(source: YamlSource, services: Mapping[str, Service]) -> None:
    """Every dependency exists, and none leads back to its own service."""
    for name, service in services.items():
        for other in service.depends_on:
            if other not in services:
                raise source.error(["services", name, "depends_on", other], f"there is no service {other!r}")
    for name in services:
        _follow(source, services, name, ())


def _follow(source: YamlSource, services: Mapping[str, Service], name: str, path: tuple[str, ...]) -> None:
    if name in path:
        cycle = " -> ".join((*path[path.index(name) :], name))
        raise source.error(["services", path[-1], "depends_on", name], f"depends_on goes in a circle: {cycle}")
    for other in services[name].depends_on:
        _follow(source, services, other, (*path, name))


__all__ = ["CATALOG", "IMAGES", "PLACEHOLDER", "ROOT", "Scenario", "Service", "SpecError", "load", "names"]
