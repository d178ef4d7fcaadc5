"""Chooses the engine; imports only what is chosen."""

import os

from scenarios.engines.base import Engine
from scenarios.errors import EngineUnavailable, UsageError

NAMES = ("docker", "local")
AUTO = "auto"
VARIABLE = "IOLAB_ENGINE"
# Seconds in which a container engine must answer where there is another choice.
AUTO_WITHIN = 2


def connect(name: str | None = None) -> Engine:
    """The engine `name`, else the one that IOLAB_ENGINE names, else `auto`: Docker if it answers, otherwise local.

    Raises UsageError for an unknown name, EngineUnavailable when the one that was asked for does not answer.
    """
    wanted = name or os.environ.get(VARIABLE) or AUTO
    if wanted == "docker":
        return _docker()
    if wanted == "local":
        return _local()
    if wanted != AUTO:
        where = "" if name else f" (from {VARIABLE})"
        raise UsageError(f"there is no engine {wanted!r}{where}; there are: {', '.join((AUTO, *NAMES))}")
    try:
        return _docker(AUTO_WITHIN)
    except EngineUnavailable:
        return _local()


def is_asked_for(name: str | None) -> bool:
    """Whether the user insists on an engine, by name or by IOLAB_ENGINE."""
    return (name or os.environ.get(VARIABLE) or AUTO) != AUTO


def reachable(name: str | None = None) -> list[Engine]:
    """The engine `name`, or without a name every engine that there is: what was left may be on any."""
    if name is not None:
        return [connect(name)]
    try:
        return [_docker(AUTO_WITHIN), _local()]
    except EngineUnavailable:
        return [_local()]


def _docker(answer_within: int | None = None) -> Engine:
    from scenarios.engines.docker import ANSWER_WITHIN, DockerEngine

    return DockerEngine(answer_within or ANSWER_WITHIN)


def _local() -> Engine:
    from scenarios.engines.local import LocalEngine

    return LocalEngine()
