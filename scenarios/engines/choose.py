"""Chooses the engine by name; imports only the one that is chosen."""

import os

from scenarios.engines.base import Engine
from scenarios.errors import UsageError

NAMES = ("docker",)
VARIABLE = "IOLAB_ENGINE"
DEFAULT = "docker"


def connect(name: str | None = None) -> Engine:
    """The engine `name`, else the one that IOLAB_ENGINE names, else the default.

    Raises EngineUnavailable when it does not answer.
    """
    wanted = name or os.environ.get(VARIABLE) or DEFAULT
    if wanted not in NAMES:
        raise UsageError(f"there is no engine {wanted!r}; there are: {', '.join(NAMES)}")
    from scenarios.engines.docker import DockerEngine

    return DockerEngine()
