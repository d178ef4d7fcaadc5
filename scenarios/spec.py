"""From a catalog file to a frozen Scenario; the only place that validates what a file or a flag says."""

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from scenarios import families, places, ranges
from scenarios.errors import UsageError
from scenarios.families.base import Family
from scenarios.parameters import PLACEHOLDER, Kind, Value, Whole, fill, kind_of, size, whole_number
from scenarios.scenario import ADDRESS, IMAGES, Scenario, Service
from scenarios.written import WrittenScenario, WrittenService, read
from scenarios.yaml_source import YamlSource

# Names directories and the engine's things; `latest` is the link beside them.
FILE_NAME = re.compile(r"(?!latest$)[A-Za-z0-9][A-Za-z0-9_.-]{0,60}")


def names() -> list[str]:
    """The catalog's scenarios, sorted."""
    return sorted(path.stem for path in places.CATALOG.glob("*.yaml"))


def load(name: str, given: Mapping[str, str] | None = None) -> Scenario:
    """The scenario `name` of the catalog, or the file at that path, with parameters as `given` on the command line.

    Raises UsageError for an unknown name or a parameter that is wrong, SpecError for a file that is.
    """
    path = file_of(name)
    source = YamlSource(path, _shown(path))
    if not FILE_NAME.fullmatch(path.stem):
        raise source.error([], f"the file's name is the scenario's: letters, digits, - and _, not {path.stem!r}")
    written = read(source)
    family = _family(source, written.family)
    values = _parameters(source, written, family, given or {}, path.stem)
    services = {key: _service(source, key, service, values) for key, service in written.services.items()}
    _check_order(source, services)
    _check_needs(source, family, values, services)
    scenario = Scenario(
        name=path.stem,
        summary=written.summary,
        teaches=written.teaches,
        timeout=float(written.timeout),
        parameters=values,
        given=tuple(given or ()),
        services=services,
        family=written.family,
        next_commands=written.next_commands,
        topic=written.topic,
        alone=written.alone,
        sweep={parameter: str(value) for parameter, value in written.sweep.items()},
    )
    _check_sweep(source, scenario)
    problem = family.problem(scenario)
    if problem:
        raise UsageError(f"{path.stem}: {problem}") if given else source.error(["parameters"], problem)
    return scenario


def file_of(name: str) -> Path:
    """The file of a scenario of the catalog, or the one at that path; raises UsageError where there is none."""
    if name.endswith((".yaml", ".yml")) or "/" in name:
        path = Path(name)
        if not path.is_file():
            raise UsageError(f"there is no catalog file {name!r}")
        return path
    known = names()
    if name not in known:
        close = difflib.get_close_matches(name, known, 1, 0.4)
        hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(known)}"
        raise UsageError(f"there is no scenario {name!r}; {hint}")
    return places.CATALOG / f"{name}.yaml"


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(places.ROOT))
    except ValueError:
        return str(path)


def _family(source: YamlSource, name: str) -> Family:
    try:
        return families.find(name)
    except KeyError as error:
        known = ", ".join(families.names())
        raise source.error(["family"], f"there is no family {name!r}; there are: {known}") from error


def _parameters(
    source: YamlSource, written: WrittenScenario, family: Family, given: Mapping[str, str], name: str
) -> dict[str, Value]:
    for parameter in given:
        if parameter not in written.parameters:
            raise _no_parameter(name, parameter, written.parameters)
    values: dict[str, Value] = {}
    for parameter, default in written.parameters.items():
        kind = family.parameters.get(parameter) or kind_of(default)
        try:
            values[parameter] = kind.convert(parameter, default)
        except UsageError as error:
            raise source.error(["parameters", parameter], str(error)) from error
        if parameter in given:
            values[parameter] = kind.convert(parameter, given[parameter])
    return values


def kind(scenario: Scenario, parameter: str) -> Kind:
    """What a parameter of a scenario may be; raises UsageError for one that it has not."""
    if parameter not in scenario.parameters:
        raise _no_parameter(scenario.name, parameter, scenario.parameters)
    return families.find(scenario.family).parameters.get(parameter) or kind_of(scenario.parameters[parameter])


def _no_parameter(name: str, parameter: str, known: Iterable[str]) -> UsageError:
    return UsageError(f"{name} has no parameter {parameter!r}; it has: {', '.join(known) or 'none'}")


def _check_sweep(source: YamlSource, scenario: Scenario) -> None:
    """What a sweep varies can be varied so."""
    for parameter, text in scenario.sweep.items():
        try:
            ranges.dimension(parameter, text, kind(scenario, parameter))
        except UsageError as error:
            raise source.error(["sweep", parameter], str(error)) from error


def _service(source: YamlSource, name: str, service: WrittenService, values: Mapping[str, Value]) -> Service:
    where = ["services", name]
    if service.image not in IMAGES:
        raise source.error([*where, "image"], f"there is no image {service.image!r}; there are: {', '.join(IMAGES)}")
    if not places.PROGRAMS.joinpath(*service.program.split(".")).with_suffix(".py").is_file():
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
        nofile=count("ulimits.nofile", service.nofile, "ulimits", "nofile"),
        pids_limit=count("pids_limit", service.pids_limit, "pids_limit"),
        mem_limit=memory,
        depends_on=dict(service.depends_on),
        cpu_count=None if service.cpu_count is None else count("cpu_count", service.cpu_count, "cpu_count"),
        limited_by=tuple(found[1] for found in PLACEHOLDER.finditer(str(service.nofile))),
    )


def _check_needs(
    source: YamlSource, family: Family, values: Mapping[str, Value], services: Mapping[str, Service]
) -> None:
    """Everything is there that the family counts with, and that its checks look at by name."""
    parameters = [name for name, kind in family.parameters.items() if not kind.optional]
    for key, needed, there in (("parameters", parameters, values), ("services", sorted(family.services), services)):
        missing = ", ".join(repr(name) for name in needed if name not in there)
        if missing:
            raise source.error([key], f"the family {family.name!r} needs the {key} {missing}")


def _check_order(source: YamlSource, services: Mapping[str, Service]) -> None:
    """Every other service that one refers to exists, and no dependency leads back to its own service."""
    for name, service in services.items():
        for number, text in enumerate(service.args):
            for found in ADDRESS.finditer(text):
                if found[1] not in services:
                    raise source.error(["services", name, "args", number], f"there is no service {found[1]!r}")
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
