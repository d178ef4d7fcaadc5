"""What the Docker SDK raises, as errors of the lab."""

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from docker.errors import APIError, DockerException

from scenarios.errors import EngineError, EngineGone, LabError, UsageError

CONNECTION_ERRORS = (requests.exceptions.RequestException, DockerException, OSError)


@contextmanager
def translated(doing: str, refused: type[LabError] = EngineError) -> Iterator[None]:
    """Says what was being done: raises EngineGone when the engine does not answer, `refused` when it answers no."""
    try:
        yield
    except APIError as error:
        said = str(error.explanation or error).strip()
        if "setting rlimit" in said:
            raise UsageError(f"{doing}: the engine may not set so high a nofile: {said}") from error
        raise refused(f"{doing}: the engine said: {said}") from error
    except CONNECTION_ERRORS as error:
        raise EngineGone(f"{doing}: the engine does not answer: {error}") from error
