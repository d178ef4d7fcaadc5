"""The schema of a catalog file: its keys, and the type of each value."""

import difflib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scenarios.definition import sysctls
from scenarios.definition.parameters import Value, Whole
from scenarios.definition.scenario import Topic
from scenarios.definition.yaml_source import YamlSource

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
ParameterName = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,30}$")]
ProgramName = Annotated[str, Field(pattern=r"^[a-z]\w*(\.[a-z]\w*)+$", max_length=200)]
# GitHub's names: none begins with a dot, so the address of a report cannot leave its repository.
REPORTS = r"^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9_.-]*[A-Za-z0-9_-]#[1-9][0-9]{0,9}$"
Report = Annotated[str, Field(pattern=REPORTS)]
# What a text must be that does not match a pattern, where the pattern itself would say little.
IN_WORDS = {
    REPORTS: "it must be a public report, such as python/cpython#73903",
    sysctls.NAMES: f"allowed are {sysctls.SOMAXCONN}, {sysctls.PORT_RANGE} and net.ipv4.tcp_*",
}
# The key may be left out; catalog_file.py has its default.
LEFT_OUT: Any = Field(default=None)


class Allowed(BaseModel):
    """A mapping with these keys and no others; types are not converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


# Only settings of a network namespace, which each container has for itself.
Sysctl = Annotated[str, Field(pattern=sysctls.NAMES)]


class UlimitsSchema(Allowed):
    """The limits of a service, in Compose's words: one number, or `soft:hard`."""

    nofile: Whole


class ServiceSchema(Allowed):
    """A service; its numbers may be placeholders."""

    image: str
    program: ProgramName
    args: list[str | int | float] = LEFT_OUT
    ulimits: UlimitsSchema = LEFT_OUT
    pids_limit: Whole = LEFT_OUT
    mem_limit: str = LEFT_OUT
    cpu_count: Whole = LEFT_OUT
    sysctls: dict[Sysctl, Whole] = LEFT_OUT
    # A program of labs/programs that runs this one and watches it.
    through: ProgramName = LEFT_OUT
    depends_on: dict[str, Literal["ready", "completed"]] = LEFT_OUT


class ScenarioSchema(Allowed):
    """A catalog file; `summary` and `teaches` may hold placeholders."""

    summary: str
    teaches: str = LEFT_OUT
    topic: Topic = LEFT_OUT
    # It measures costs, so nothing else may run at the same time.
    alone: bool = LEFT_OUT
    timeout: Annotated[float | int, Field(gt=0, le=10**9)] = LEFT_OUT
    parameters: dict[ParameterName, Value] = LEFT_OUT
    services: dict[Name, ServiceSchema] = Field(min_length=1)
    family: str
    # Where people met it.
    reports: list[Report] = LEFT_OUT
    # The parameters that a sweep varies: a range, a list, or one value each.
    sweep: dict[ParameterName, Value] = LEFT_OUT
    # Commands to try next, without the `./inv` in front.
    next_commands: Annotated[list[str], Field(alias="try")] = LEFT_OUT


def check(source: YamlSource) -> None:
    """Raises SpecError for the first problem in a catalog file."""
    if not isinstance(source.data, dict):
        raise source.error([], "a scenario is a mapping with the keys summary, parameters, services and family")
    try:
        ScenarioSchema.model_validate(source.data)
    except ValidationError as error:
        # A misspelled key is also reported as missing; tell the author of the spelling first.
        first = min(error.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden")
        where = [part for part in first["loc"] if part != "[key]"]
        raise source.error(_within(source.data, where), _problem(first, where)) from error


def _within(data: Any, path: list[Any]) -> list[str | int]:
    """The part of `path` that exists in `data`; pydantic appends the names of a union's members."""
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
        allowed = UlimitsSchema if "ulimits" in where else ServiceSchema if len(where) > 1 else ScenarioSchema
        close = difflib.get_close_matches(str(where[-1]), allowed.model_fields, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"allowed are {', '.join(allowed.model_fields)}"
        return f"unknown key {key!r}; {hint}"
    if error["type"] == "missing":
        return f"the key {key!r} is missing"
    if error["type"] == "string_pattern_mismatch" and (words := IN_WORDS.get(error["ctx"]["pattern"])):
        return f"{key!r} is {error['input']!r}: {words}"
    return f"{key!r} is {error['input']!r}: {error['msg'][0].lower()}{error['msg'][1:]}"
