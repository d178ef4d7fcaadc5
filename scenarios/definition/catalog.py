"""Turns a catalog file into a frozen Scenario; the only place that validates files and parameters."""

import difflib
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from scenarios import families, places
from scenarios.definition import ranges
from scenarios.definition.catalog_file import WrittenScenario, WrittenService, read
from scenarios.definition.parameters import (
    PLACEHOLDER,
    Kind,
    Value,
    Whole,
    fill,
    fill_prose,
    kind_of,
    size,
    whole_number,
)
from scenarios.definition.scenario import ADDRESS, IMAGES, Scenario, Service
from scenarios.definition.yaml_source import YamlSource
from scenarios.errors import UsageError
from scenarios.families.base import Family

# The name is also that of a directory, next to the link `latest`, and part of the names of containers.
FILE_NAME = re.compile(r"(?!latest$)[A-Za-z0-9][A-Za-z0-9_.-]{0,60}")
# Of the files in places.VERDICT_CODE: Python, locked requirements, and what images are built with.
CODE = {".py", ".txt", ""}
# A command to try next: `scenario NAME` and flags, each with a value or without.
NEXT = re.compile(r"scenario [\w./][\w./-]*( --[a-z][a-z-]*([ =][^\s-]\S*)?)*")


def names() -> list[str]:
    """The catalog's scenarios, sorted."""
    return sorted(places.catalog_files())


def load(name: str, given: Mapping[str, str] | None = None) -> Scenario:
    """The scenario `name` of the catalog, or of the file at that path, with the parameters `given` by the user.

    Raises UsageError for an unknown name or a wrong parameter, SpecError for a wrong file.
    """
    path = file_of(name)
    source = YamlSource(path, _shown(path))
    if not FILE_NAME.fullmatch(path.stem):
        raise source.error([], f"the file's name {path.stem!r} cannot name a scenario: use letters, digits, - and _")
    written = read(source)
    _check_next(source, written.next_commands)
    family = _family(source, written.family)
    values = _parameters(source, written, family, given or {}, path.stem)
    services = {key: _service(source, key, service, values) for key, service in written.services.items()}
    _check_order(source, services)
    _check_needs(source, family, values, services)
    scenario = Scenario(
        name=path.stem,
        summary=_prose(source, "summary", written.summary, values),
        teaches=_prose(source, "teaches", written.teaches, values),
        timeout=float(written.timeout),
        parameters=values,
        given=tuple(given or ()),
        services=services,
        family=written.family,
        next_commands=written.next_commands,
        reports=written.reports,
        topic=written.topic,
        alone=written.alone,
        sweep={parameter: str(value) for parameter, value in written.sweep.items()},
    )
    _check_sweep(source, scenario)
    problem = family.problem(scenario)
    if problem:
        raise UsageError(f"{path.stem}: {problem}") if given else source.error(["parameters"], problem)
    return scenario


def digest(name: str) -> str:
    """The SHA-256 of all that a verdict on a scenario depends on: its file, and the lab's code of this moment."""
    return hashlib.sha256(file_of(name).read_bytes() + _code_digest(places.VERDICT_CODE)).hexdigest()


@cache
def _code_digest(folders: tuple[Path, ...]) -> bytes:
    found = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in CODE and ".cache" not in path.parts and path.is_file():
                found.update(f"{path.relative_to(folder)} ".encode() + path.read_bytes())
    return found.digest()


def file_of(name: str) -> Path:
    """The file of a scenario of the catalog, or the file at that path; raises UsageError if there is none."""
    if name.endswith((".yaml", ".yml")) or "/" in name:
        path = Path(name)
        if not path.is_file():
            raise UsageError(f"there is no file {name!r}")
        return path
    known = places.catalog_files()
    if name not in known:
        close = difflib.get_close_matches(name, known, 1, 0.4)
        hint = f"did you mean {close[0]!r}?" if close else "`./inv scenarios` lists them all"
        raise UsageError(f"there is no scenario {name!r}; {hint}")
    return known[name]


def _shown(path: Path) -> str:
    whole = path.resolve()
    return str(whole.relative_to(places.ROOT) if whole.is_relative_to(places.ROOT) else path)


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
    """The kind of a scenario's parameter; raises UsageError for an unknown one."""
    if parameter not in scenario.parameters:
        raise _no_parameter(scenario.name, parameter, scenario.parameters)
    return families.find(scenario.family).parameters.get(parameter) or kind_of(scenario.parameters[parameter])


def _no_parameter(name: str, parameter: str, known: Iterable[str]) -> UsageError:
    return UsageError(f"{name} has no parameter {parameter!r}; it has: {', '.join(known) or 'none'}")


def _check_next(source: YamlSource, commands: Sequence[str]) -> None:
    """Each command of `try` can be typed after `./inv`."""
    for number, command in enumerate(commands):
        if not NEXT.fullmatch(command):
            example = "`scenario epoll-500 --nofile 128`"
            raise source.error(
                ["try", number],
                f"try is {command!r}: it must be `scenario NAME` with flags, such as {example}, without ./inv",
            )


def _check_sweep(source: YamlSource, scenario: Scenario) -> None:
    """Each parameter of the sweep exists and takes the values named."""
    for parameter, text in scenario.sweep.items():
        try:
            ranges.dimension(parameter, text, kind(scenario, parameter))
        except UsageError as error:
            raise source.error(["sweep", parameter], str(error)) from error


def _prose(source: YamlSource, key: str, text: str, values: Mapping[str, Value]) -> str:
    with _problems(source, [key], f"{key} is {text!r}"):
        return fill_prose(text, values)


@contextmanager
def _problems(source: YamlSource, where: Sequence[str | int], what: str) -> Iterator[None]:
    """Raises a SpecError for a value that is wrong, or a placeholder that cannot be filled in."""
    try:
        yield
    except KeyError as error:
        raise source.error(where, f"{what}: there is no parameter {error.args[0]!r}") from error
    except ValueError as error:
        raise source.error(where, f"{what}: {error}") from error


def _service(source: YamlSource, name: str, service: WrittenService, values: Mapping[str, Value]) -> Service:
    where = ["services", name]
    if service.image not in IMAGES:
        raise source.error([*where, "image"], f"there is no image {service.image!r}; there are: {', '.join(IMAGES)}")
    for key, program in (("program", service.program), ("through", service.through)):
        if program and not places.PROGRAMS.joinpath(*program.split(".")).with_suffix(".py").is_file():
            raise source.error([*where, key], f"there is no program {program!r} in labs/programs")

    def filled(key: str, given: object, *path: str | int) -> str:
        with _problems(source, [*where, *path], f"{key} is {given!r}"):
            return fill(str(given), values)

    def count(key: str, given: Whole, *path: str) -> int:
        try:
            number = whole_number(filled(key, given, *path))
        except ValueError:
            number = 0
        if number < 1:
            raise source.error([*where, *path], f"{key} is {given!r}: not a whole number of at least 1")
        return number

    with _problems(source, [*where, "mem_limit"], f"mem_limit is {service.mem_limit!r}"):
        memory = size(service.mem_limit)
    soft, _, hard = str(service.nofile).partition(":")
    nofile = count("ulimits.nofile", soft if hard else service.nofile, "ulimits", "nofile")
    nofile_hard = count("ulimits.nofile", hard, "ulimits", "nofile") if hard else None
    if nofile_hard is not None and nofile_hard < nofile:
        text = f"ulimits.nofile is {nofile}:{nofile_hard}: the soft limit is above the hard one"
        raise source.error([*where, "ulimits", "nofile"], text)
    return Service(
        name=name,
        image=service.image,
        program=service.program,
        args=tuple(filled("args", text, "args", i) for i, text in enumerate(service.args)),
        nofile=nofile,
        nofile_hard=nofile_hard,
        pids_limit=count("pids_limit", service.pids_limit, "pids_limit"),
        mem_limit=memory,
        depends_on=dict(service.depends_on),
        cpu_count=None if service.cpu_count is None else count("cpu_count", service.cpu_count, "cpu_count"),
        sysctls={key: filled(key, value, "sysctls", key) for key, value in service.sysctls.items()},
        through=service.through,
        limited_by=tuple(found[1] for found in PLACEHOLDER.finditer(str(service.nofile))),
    )


def _check_needs(
    source: YamlSource, family: Family, values: Mapping[str, Value], services: Mapping[str, Service]
) -> None:
    """The parameters and services that the family needs exist."""
    parameters = [name for name, kind in family.parameters.items() if not kind.optional]
    for key, needed, there in (("parameters", parameters, values), ("services", sorted(family.services), services)):
        missing = ", ".join(repr(name) for name in needed if name not in there)
        if missing:
            raise source.error([key], f"the family {family.name!r} needs the {key} {missing}")


def _check_order(source: YamlSource, services: Mapping[str, Service]) -> None:
    """Every service that another one refers to exists, and no dependency goes in a circle."""
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
