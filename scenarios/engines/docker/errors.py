"""Turns the errors of the Docker SDK into errors of the lab."""

import re
import ssl
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from docker.errors import APIError, DockerException, TLSParameterError

from scenarios.engines.docker.ssh import SshFailed
from scenarios.errors import (
    EngineAbsent,
    EngineError,
    EngineGone,
    EngineUnavailable,
    LabError,
    LimitRefused,
    Unavailable,
)

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
    "DOCKER_CERT_PATH (default ~/.docker) must hold the engine's ca.pem, and a cert.pem and key.pem that the engine "
    "accepts; the host name in DOCKER_HOST must be in the engine's certificate"
)
HOW_TO_REACH = (
    "see whether `docker version` answers in the same terminal, and start the engine there if not; "
    "one that speaks TLS needs DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH"
)
HOW_TO_WRITE = "write unix:///PATH/OF/docker.sock, tcp://HOST:PORT or ssh://[USER@]HOST[:PORT]"
FREE_NETWORKS = (
    "every address range for networks is in use: remove what killed runs left with ./inv down, and unused networks of "
    "other projects (`docker network ls`, `docker network rm NAME`), or run fewer scenarios at the same time"
)
# runc's words for a sysctl of which the kernel knows nothing.
NO_SYSCTL = re.compile(r"open /proc/sys/([a-z0-9_/]+): no such file")
LONGEST_SAID = 300  # characters of an answer, which may be a whole page of a server that is no engine
CONNECTION_ERRORS = (requests.exceptions.RequestException, DockerException, OSError)


def shorten(said: str, longest: int) -> str:
    """One line of at most so many characters."""
    return textwrap.shorten(said, longest, placeholder=" ...")


@contextmanager
def translated(doing: str, refused: type[LabError] = EngineError) -> Iterator[None]:
    """Raises errors of the SDK as the lab's, with what was being done: EngineGone when the engine does not answer,
    `refused` when it answers with an error, Unavailable when its kernel lacks what the run needs.
    """
    try:
        yield
    except APIError as error:
        said = shorten(str(error.explanation or error), LONGEST_SAID)
        if "setting rlimit" in said:
            raise LimitRefused(
                f"{doing}: the engine may not set a limit that high: lower nofile, or raise the engine's own: {said}"
            ) from error
        if missing := NO_SYSCTL.search(str(error.explanation or error)):
            name = missing[1].replace("/", ".")
            raise Unavailable(f"{doing}: the engine's kernel has no {name}") from error
        if "address pool" in said or "fully subnetted" in said:
            said = f"{said}; {FREE_NETWORKS}"
        raise refused(f"{doing}: the engine said: {said}") from error
    except CONNECTION_ERRORS as error:
        raise EngineGone(f"{doing}: the engine does not answer: {shorten(str(error), LONGEST_SAID)}") from error


def unavailable(error: BaseException, named_by: str | None, within: float) -> EngineUnavailable:
    """Why an engine could not be asked. EngineAbsent only if there is none and the user named none."""
    causes, said = list(_causes(error)), shorten(str(error), LONGEST_SAID)
    where = f" at {named_by}" if named_by else ""
    if refused := next((one for one in causes if isinstance(one, SshFailed)), None):
        return EngineUnavailable(f"the Docker Engine{where} cannot be asked: {refused}")
    if broken := next((one for one in causes if isinstance(one, ssl.SSLError | TLSParameterError)), None):
        why = str(broken.args[-1] if broken.args else broken).partition(". TLS configurations")[0]
        return EngineUnavailable(f"TLS with the Docker Engine{where} cannot begin ({why}): {HOW_TO_TRUST}")
    if "Invalid bind address" in said:
        return EngineUnavailable(f"there can be no Docker Engine{where} ({said}): {HOW_TO_WRITE}")
    if forbidden := next((one for one in causes if isinstance(one, PermissionError)), None):
        why = forbidden.strerror or said
        return EngineUnavailable(f"the Docker Engine{where} refuses this user ({why}): {HOW_TO_BE_ALLOWED}")
    if any(isinstance(one, TimeoutError | requests.exceptions.Timeout) for one in causes):
        return EngineUnavailable(
            f"the Docker Engine{where} did not answer within {within:g} s: see whether `docker info` answers, "
            "and restart it if not; or choose --engine local, which runs the programs on this machine without isolation"
        )
    if named_by and "tcp://" in named_by:
        return EngineUnavailable(f"the Docker Engine{where} does not answer as it should ({said}): {HOW_TO_REACH}")
    if not any(isinstance(one, FileNotFoundError | ConnectionRefusedError) for one in causes):
        return EngineUnavailable(f"the Docker Engine{where} does not answer as it should ({said}): {HOW_TO_GET_ONE}")
    if named_by:
        return EngineUnavailable(f"no container engine answers{where} ({said}): start it, or {HOW_TO_GET_ONE}")
    return EngineAbsent(f"no container engine answers ({said}): {HOW_TO_GET_ONE}")


def _causes(error: object) -> Iterator[BaseException]:
    """The error and its causes, also those that requests and urllib3 pass as arguments."""
    if isinstance(error, BaseException):
        yield error
        for one in (error.__cause__ or error.__context__, *error.args):
            yield from _causes(one)
