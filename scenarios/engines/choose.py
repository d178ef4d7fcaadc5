"""Chooses the engine; imports only what is chosen."""

import os

from scenarios.engines.base import Engine
from scenarios.errors import EngineAbsent, EngineUnavailable, UsageError

NAMES = ("docker", "local")
AUTO = "auto"
VARIABLE = "IOLAB_ENGINE"
# Seconds in which a container engine that nobody asked for must answer.
AUTO_WITHIN = 10


def connect(name: str | None = None) -> Engine:
    """The engine `name`, else the one that IOLAB_ENGINE names, else `auto`: Docker, or local where there is no Docker.

    Raises UsageError for an unknown name, EngineUnavailable when the one that was asked for does not answer, or one
    that is there refuses or is silent: programs that were to be isolated do not run on this machine for that.
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
    """What the user asks for, by name or by IOLAB_ENGINE; raises UsageError where there is no such engine."""
    given = name or os.environ.get(VARIABLE) or AUTO
    if given not in (AUTO, *NAMES):
        where = "" if name else f" (from {VARIABLE})"
        raise UsageError(f"there is no engine {given!r}{where}; there are: {', '.join((AUTO, *NAMES))}")
    return given


def is_asked_for(name: str | None) -> bool:
    """Whether the user insists on an engine, by name or by IOLAB_ENGINE."""
    return wanted(name) != AUTO


def reachable(name: str | None = None) -> list[Engine]:
    """The engine `name`, or without a name every engine that answers: what was left may be on any.

    Raises as `connect` does, for a name.
    """
    return [connect(name)] if name is not None else asked()[0]


def asked(name: str | None = None) -> tuple[list[Engine], list[EngineUnavailable]]:
    """What `reachable` returns, and why an engine that is there could not be asked.

    Of an engine that does not exist nothing can be left, and nothing is said.
    """
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
