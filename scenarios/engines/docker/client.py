"""Clients of a Docker Engine: found as the Docker CLI finds it, and lent to one call at a time."""

import os
import platform
import socket
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import docker
from docker.constants import DEFAULT_DOCKER_API_VERSION
from docker.context import ContextAPI
from docker.context.config import get_current_context_name
from docker.errors import APIError
from docker.transport import UnixHTTPAdapter
from requests.utils import get_environ_proxies
from urllib3 import disable_warnings
from urllib3.exceptions import InsecureRequestWarning

from scenarios.engines.docker.errors import CONNECTION_ERRORS, translated, unavailable
from scenarios.engines.docker.ssh import SCHEME, SshAdapter
from scenarios.errors import EngineUnavailable

ANSWER_WITHIN = 30  # seconds


class Clients:
    """The SDK's clients are not safe to share between threads (docker-py #619): each call takes one and gives it back.

    There are never more than calls at the same time, whatever is repeated.
    """

    def __init__(self, answer_within: float = ANSWER_WITHIN) -> None:
        """Asks the engine for its version; raises EngineUnavailable when it does not answer in so many seconds."""
        try:
            first = _new(answer_within, DEFAULT_DOCKER_API_VERSION)
            self.facts: dict[str, Any] = first.version(api_version=False)
            first._version = self.facts["ApiVersion"]
        except (*CONNECTION_ERRORS, ValueError, KeyError, TypeError) as error:
            raise unavailable(error, named_by(), answer_within) from error
        first.timeout = ANSWER_WITHIN
        self._idle: list[Any] = [first]
        self._kept: list[Any] = []
        weakref.finalize(self, _close, self._idle, self._kept)

    @contextmanager
    def lent(self) -> Iterator[Any]:
        """A client that nobody else has; one whose answer may be read half is not used again."""
        api = self._any()
        try:
            yield api
        except APIError:
            self._idle.append(api)
            raise
        except BaseException:
            api.close()
            raise
        self._idle.append(api)

    def taken(self) -> Any:
        """A client that is not given back before all of them are closed."""
        self._kept.append(self._any())
        return self._kept[-1]

    def _any(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            return _new(ANSWER_WITHIN, self.facts["ApiVersion"])

    @cached_property
    def on_this_host(self) -> bool:
        """Whether the engine's containers share this host's kernel and network: what is seen here is then theirs.

        A local socket alone does not say so: it may lead to a virtual machine, or be forwarded to another host.
        """
        with translated("asking for its host"), self.lent() as api:
            local = str(api.base_url).startswith("http+docker://localhost")
            same_kernel = self.facts["KernelVersion"] == platform.release()
            return local and same_kernel and api.info().get("Name") == socket.gethostname()


class _OneConnection(UnixHTTPAdapter):
    """The SDK's own keeps a pool, and in it an open connection, for every URL that was ever asked for."""

    def get_connection(self, url: Any, proxies: Any = None) -> Any:  # noqa: ARG002 - the reason for this class
        """The pool of the engine's socket, whatever is asked for."""
        return super().get_connection("http+docker://localhost", proxies)


def _new(timeout: float, version: str) -> Any:
    """A client that speaks this version of the API; the SDK's own way to find the engine's asks for it twice."""
    options: dict[str, Any] = {"timeout": timeout, "version": version}
    if (where := address()).startswith(SCHEME):
        return _over_ssh(where, options)
    api: Any = docker.from_env(**options).api
    given = getattr(api, "_custom_adapter", None)
    if type(given) is UnixHTTPAdapter:
        api._custom_adapter = _OneConnection(f"http+unix://{given.socket_path}", given.timeout)
        api.mount("http+docker://", api._custom_adapter)
        given.close()
    if api.verify is not True:
        # Otherwise REQUESTS_CA_BUNDLE would take the place of what the user wants verified (requests #3829).
        api.proxies = get_environ_proxies(api.base_url)
        api.trust_env = False
    if api.verify is False:
        # Said once, by ./inv doctor.
        disable_warnings(InsecureRequestWarning)
    return api


def _over_ssh(where: str, options: dict[str, Any]) -> Any:
    """The SDK's client with a transport of the lab's: without paramiko, the SDK has none."""
    adapter = SshAdapter(where, options["timeout"])
    api: Any = docker.APIClient("unix://", **options)
    api._custom_adapter.close()
    api._custom_adapter, api.base_url = adapter, "http+docker://ssh"
    api.mount("http+docker://", adapter)
    return api


def not_protected(api: Any) -> str | None:
    """What is wrong with the way to the engine, whose commander may do anything on its host; None if nothing is."""
    if str(api.base_url).startswith("http://"):
        return "without encryption: who is on the way reads all, and who reaches it commands that host"
    if str(api.base_url).startswith("https://") and not api.verify:
        return "its certificate is not verified: DOCKER_TLS_VERIFY is not set"
    return None


def address() -> str:
    """Where the engine is asked, as the user wrote it; empty for the SDK's default, a socket of this host.

    Raises EngineUnavailable for a context that is not there.
    """
    if host := os.environ.get("DOCKER_HOST"):
        return host
    name = os.environ.get("DOCKER_CONTEXT") or get_current_context_name()
    context = ContextAPI.get_context(name)
    if context is None:
        # The SDK would then take the engine of this host; nor does it see any context where there is no config.json.
        raise EngineUnavailable(
            f"the Docker CLI's context {name!r} is not found beside its config.json: `docker context ls` lists them; "
            f"`docker context use {name}` writes it there, or DOCKER_HOST names the engine itself"
        )
    return str(context.Host or "")


def named_by() -> str | None:
    """What names the engine, if the user named one: DOCKER_HOST or a context of the Docker CLI."""
    if host := os.environ.get("DOCKER_HOST"):
        return f"DOCKER_HOST={host}"
    context = os.environ.get("DOCKER_CONTEXT") or get_current_context_name()
    return None if context == "default" else f"the Docker CLI's context {context!r}"


def _close(idle: list[Any], kept: list[Any]) -> None:
    for client in (*idle, *kept):
        client.close()
