"""Turns a catalog file into a frozen Scenario: with services.py the only place that validates files and parameters."""

import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from scenarios import families, places
from scenarios.definition import ranges
from scenarios.definition.catalog_file import WrittenScenario, read
from scenarios.definition.parameters import Kind, Value, fill_prose, kind_of
from scenarios.definition.scenario import Scenario, Service
from scenarios.definition.services import check_order, problems, service_of
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
    services = {key: service_of(source, key, service, values, given or {}) for key, service in written.services.items()}
    check_order(source, services)
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
    with problems(source, [key], f"{key} is {text!r}"):
        return fill_prose(text, values)


def _check_needs(
    source: YamlSource, family: Family, values: Mapping[str, Value], services: Mapping[str, Service]
) -> None:
    """The parameters and services that the family needs exist."""
    parameters = [name for name, kind in family.parameters.items() if not kind.optional]
    for key, needed, there in (("parameters", parameters, values), ("services", sorted(family.services), services)):
        missing = ", ".join(repr(name) for name in needed if name not in there)
        if missing:
            raise source.error([key], f"the family {family.name!r} needs the {key} {missing}")
