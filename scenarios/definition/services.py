"""The services of a catalog file: placeholders filled in, limits and programs checked."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from scenarios import places
from scenarios.definition import sysctls
from scenarios.definition.catalog_file import WrittenService
from scenarios.definition.parameters import LEAST_NOFILE, PLACEHOLDER, Value, Whole, fill, size, whole_number
from scenarios.definition.scenario import ADDRESS, IMAGES, Service
from scenarios.definition.yaml_source import YamlSource
from scenarios.errors import UsageError


@contextmanager
def problems(source: YamlSource, where: Sequence[str | int], what: str) -> Iterator[None]:
    """Raises a SpecError for a value that is wrong, or a placeholder that cannot be filled in."""
    try:
        yield
    except KeyError as error:
        raise source.error(where, f"{what}: there is no parameter {error.args[0]!r}") from error
    except ValueError as error:
        raise source.error(where, f"{what}: {error}") from error


def service_of(
    source: YamlSource, name: str, written: WrittenService, values: Mapping[str, Value], given: Mapping[str, str]
) -> Service:
    """The service `name` with the parameters' `values`; `given` are those parameters that the user set.

    Raises SpecError for a wrong file, UsageError for limits that only the user's parameters make wrong.
    """
    blanks = _Blanks(source, name, values)
    _check_programs(source, name, written)
    nofile, nofile_hard = _nofile(blanks, written, given)
    return Service(
        name=name,
        image=written.image,
        program=written.program,
        args=tuple(blanks.filled("args", text, "args", i) for i, text in enumerate(written.args)),
        nofile=nofile,
        nofile_hard=nofile_hard,
        pids_limit=blanks.count("pids_limit", written.pids_limit, "pids_limit"),
        mem_limit=blanks.memory(written.mem_limit),
        depends_on=dict(written.depends_on),
        cpu_count=None if written.cpu_count is None else blanks.count("cpu_count", written.cpu_count, "cpu_count"),
        sysctls={key: blanks.sysctl(key, value) for key, value in written.sysctls.items()},
        through=written.through,
        limited_by=_named(written.nofile),
    )


class _Blanks:
    """Fills in the values of one service; a wrong one is a SpecError with its line."""

    def __init__(self, source: YamlSource, name: str, values: Mapping[str, Value]) -> None:
        self.source, self.where, self._values = source, ("services", name), values

    def filled(self, key: str, written: object, *path: str | int) -> str:
        with problems(self.source, [*self.where, *path], f"{key} is {written!r}"):
            return fill(str(written), self._values)

    def count(self, key: str, written: Whole, *path: str) -> int:
        try:
            number = whole_number(self.filled(key, written, *path))
        except ValueError:
            number = 0
        if number < 1:
            raise self.source.error([*self.where, *path], f"{key} is {written!r}: not a whole number of at least 1")
        return number

    def sysctl(self, key: str, written: Whole) -> str:
        value = self.filled(key, written, "sysctls", key)
        if wrong := sysctls.problem(key, value):
            raise self.source.error([*self.where, "sysctls", key], f"sysctls.{key} is {value!r}: {wrong}")
        return value

    def memory(self, written: str) -> int:
        with problems(self.source, [*self.where, "mem_limit"], f"mem_limit is {written!r}"):
            return size(written)


def _check_programs(source: YamlSource, name: str, written: WrittenService) -> None:
    if written.image not in IMAGES:
        there = ", ".join(IMAGES)
        raise source.error(["services", name, "image"], f"there is no image {written.image!r}; there are: {there}")
    for key, program in (("program", written.program), ("through", written.through)):
        if program and not places.PROGRAMS.joinpath(*program.split(".")).with_suffix(".py").is_file():
            raise source.error(["services", name, key], f"there is no program {program!r} in labs/programs")


def _nofile(blanks: _Blanks, written: WrittenService, given: Mapping[str, str]) -> tuple[int, int | None]:
    """The soft limit, and the hard one if the file has both."""
    soft, _, hard = str(written.nofile).partition(":")
    path = ("ulimits", "nofile")
    low = blanks.count("ulimits.nofile", soft if hard else written.nofile, *path)
    high = blanks.count("ulimits.nofile", hard, *path) if hard else None
    if low < LEAST_NOFILE:
        text = f"ulimits.nofile is {low}: Python does not start with a soft limit below {LEAST_NOFILE}"
        raise blanks.source.error([*blanks.where, *path], text)
    if high is not None and high < low:
        text = f"ulimits.nofile is {low}:{high}: the soft limit is above the hard one"
        if given.keys() & set(_named(written.nofile)):
            raise UsageError(f"{blanks.source.path.stem}: service {blanks.where[1]}: {text}")
        raise blanks.source.error([*blanks.where, *path], text)
    return low, high


def _named(written: Whole) -> tuple[str, ...]:
    """The parameters in the placeholders of a limit."""
    return tuple(found[1] for found in PLACEHOLDER.finditer(str(written)))


def check_order(source: YamlSource, services: Mapping[str, Service]) -> None:
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
