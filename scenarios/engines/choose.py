"""Chooses the engine, and imports only that one."""

import os

from scenarios.engines.base import Engine
from scenarios.errors import EngineAbsent, EngineUnavailable, UsageError

NAMES = ("docker", "local")
AUTO = "auto"
VARIABLE = "IOLAB_ENGINE"
# Seconds in which a container engine must answer that the user did not ask for.
AUTO_WITHIN = 10


def connect(name: str | None = None) -> Engine:
    """The engine `name`, else the one that IOLAB_ENGINE names, else `auto`: Docker, or local where there is no Docker.

    Raises UsageError for an unknown name. Raises EngineUnavailable when the engine that the user asked for does not
    answer, and also under `auto` when there is a Docker Engine that refuses or is silent: programs then must not run
    without isolation instead.
    """
    asked_for = wanted(name)
    if asked_for == "docker":
        return _docker()
    if asked_for == "local":
        return _local()
    try:
        return _docker(AUTO_WITHIN)
    except EngineAbsent:
        return _local()


def wanted(name: str | None) -> str:
    """The name that the user gave, as an option or in IOLAB_ENGINE; raises UsageError for an unknown one."""
    given = name if name is not None else os.environ.get(VARIABLE) or AUTO
    if given not in (AUTO, *NAMES):
        where = "" if name is not None else f" (from {VARIABLE})"
        raise UsageError(f"there is no engine {given!r}{where}; there are: {', '.join((AUTO, *NAMES))}")
    return given


def is_asked_for(name: str | None) -> bool:
    """Whether the user named an engine, as an option or in IOLAB_ENGINE."""
    return wanted(name) != AUTO


def reachable(name: str | None = None) -> list[Engine]:
    """The engine `name`, or without a name every engine that answers: leftovers may be on any.

    Raises as `connect` does, for a name.
    """
    return [connect(name)] if name is not None else asked()[0]


def asked(name: str | None = None) -> tuple[list[Engine], list[EngineUnavailable]]:
    """The result of `reachable`, and why an engine that exists could not be asked.

    An engine that does not exist is not mentioned: there can be no leftovers on it.
    """
    wanted(name)
    try:
        return ([connect(name)] if name is not None else [_docker(AUTO_WITHIN), _local()]), []
    except EngineAbsent as absent:
        return ([], [absent]) if name is not None else ([_local()], [])
    except EngineUnavailable as error:
        return ([] if name is not None else [_local()]), [error]


def _docker(answer_within: float | None = None) -> Engine:
    from scenarios.engines.docker.engine import DockerEngine

    return DockerEngine() if answer_within is None else DockerEngine(answer_within)


def _local() -> Engine:
    from scenarios.engines.local.engine import LocalEngine

    return LocalEngine()
