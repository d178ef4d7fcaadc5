"""What the Docker SDK raises, as errors of the lab."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from docker.errors import APIError, DockerException, TLSParameterError

from scenarios.engines.docker.ssh import SshFailed
from scenarios.errors import EngineAbsent, EngineError, EngineGone, EngineUnavailable, LabError, UsageError

HOW_TO_GET_ONE = (
    "install one (Debian and Ubuntu: apt install docker.io; others: Docker Desktop, Colima) "
    "and start it (systemctl start docker, or dockerd), then see whether `docker info` answers. "
    "DOCKER_HOST and the Docker CLI's context say which engine is asked"
)
HOW_TO_BE_ALLOWED = (
    "add yourself to the group docker (sudo usermod -aG docker NAME, then log in again), or use sudo; "
    "or choose --engine local, which runs the programs on this machine without isolation"
)
HOW_TO_TRUST = (
    "DOCKER_CERT_PATH (~/.docker without it) must hold the engine's ca.pem, and cert.pem and key.pem that it knows; "
    "the name in DOCKER_HOST must be one of its certificate's"
)
HOW_TO_REACH = (
    "see whether `docker version` answers in the same terminal, and start the engine there if not; "
    "one that speaks TLS needs DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH"
)
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


def unavailable(error: BaseException, named_by: str | None, within: float) -> EngineUnavailable:
    """Why an engine could not be asked at all; EngineAbsent only where there is none and nobody named one."""
    causes = list(_causes(error))
    where = f" at {named_by}" if named_by else ""
    if refused := next((one for one in causes if isinstance(one, SshFailed)), None):
        return EngineUnavailable(f"the Docker Engine{where} cannot be asked: {refused}")
    if broken := next((one for one in causes if isinstance(one, ssl.SSLError | TLSParameterError)), None):
        said = str(broken.args[-1] if broken.args else broken).partition(". TLS configurations")[0]
        return EngineUnavailable(f"TLS with the Docker Engine{where} cannot begin ({said}): {HOW_TO_TRUST}")
    if any(isinstance(one, PermissionError) for one in causes):
        return EngineUnavailable(f"the Docker Engine{where} refuses this user ({error}): {HOW_TO_BE_ALLOWED}")
    if any(isinstance(one, TimeoutError | requests.exceptions.Timeout) for one in causes):
        return EngineUnavailable(
            f"the Docker Engine{where} did not answer within {within:g} s: see whether `docker info` answers, "
            "and restart it if not; or choose --engine local, which runs the programs on this machine without isolation"
        )
    if named_by and "tcp://" in named_by:
        return EngineUnavailable(f"the Docker Engine{where} does not answer as it should ({error}): {HOW_TO_REACH}")
    if not any(isinstance(one, FileNotFoundError | ConnectionRefusedError) for one in causes):
        return EngineUnavailable(f"the Docker Engine{where} does not answer as it should ({error}): {HOW_TO_GET_ONE}")
    if named_by:
        return EngineUnavailable(f"no container engine answers{where} ({error}): start it, or {HOW_TO_GET_ONE}")
    return EngineAbsent(f"no container engine answers ({error}): {HOW_TO_GET_ONE}")


def _causes(error: object) -> Iterator[BaseException]:
    """The error and what led to it: as its cause or, as requests and urllib3 do, among its arguments."""
    if isinstance(error, BaseException):
        yield error
        for one in (error.__cause__ or error.__context__, *error.args):
            yield from _causes(one)
