"""Clients of a Docker Engine, which is found as the Docker CLI finds it. Each call has a client for itself."""

import os
import platform
import socket
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import docker
import requests
from docker.constants import DEFAULT_DOCKER_API_VERSION
from docker.context import ContextAPI
from docker.context.config import get_current_context_name
from docker.errors import APIError
from docker.transport import UnixHTTPAdapter
from docker.utils.config import find_config_file
from requests.utils import get_environ_proxies
from urllib3 import disable_warnings
from urllib3.exceptions import InsecureRequestWarning

from scenarios.engines.docker.errors import CONNECTION_ERRORS, translated, unavailable
from scenarios.engines.docker.ssh import SCHEME, SshFailed, Tunnel
from scenarios.errors import EngineUnavailable

ANSWER_WITHIN = 30  # seconds


class Clients:
    """The SDK's clients are not safe to share between threads (docker-py #619): each call takes one and gives it back.

    So there are never more clients than there were calls at the same time.
    """

    _tunnel: Tunnel | None = None

    def __init__(self, answer_within: float = ANSWER_WITHIN) -> None:
        """Asks the engine for its version; raises EngineUnavailable when it does not answer in so many seconds."""
        try:
            if address().startswith(SCHEME):
                self._tunnel = Tunnel(address(), answer_within)
            first = _new(answer_within, DEFAULT_DOCKER_API_VERSION, self._tunnel)
            self.facts: dict[str, Any] = first.version(api_version=False)
            first._version = self.facts["ApiVersion"]
        except AttributeError as error:  # the SDK takes any JSON in the CLI's file for an object
            raise EngineUnavailable(
                f"the Docker CLI's file {find_config_file()!s} is damaged ({error}): repair it, or move it away"
            ) from error
        except (*CONNECTION_ERRORS, ValueError, KeyError, TypeError) as error:
            raise unavailable(self._explained(error), named_by(), answer_within) from error
        first.timeout = ANSWER_WITHIN
        self._idle: list[Any] = [first]
        self._kept: list[Any] = []
        weakref.finalize(self, _close, self._idle, self._kept)

    def _explained(self, error: Exception) -> Exception:
        """The message of ssh if the engine behind it does not answer, else the error itself."""
        if self._tunnel is None or isinstance(error, requests.exceptions.Timeout):
            return error
        why = self._tunnel.why_unanswered()
        self._tunnel.close()
        return SshFailed(why)

    @contextmanager
    def lent(self) -> Iterator[Any]:
        """A client for one caller alone; after an error its answer may be half read, and it is not used again."""
        api = self._any()
        try:
            yield api
        except APIError:
            self._idle.append(api)
            raise
        except BaseException as error:
            api.close()
            if self._tunnel and isinstance(error, CONNECTION_ERRORS) and self._tunnel.has_ended:
                raise SshFailed(self._tunnel.why_unanswered()) from error
            raise
        self._idle.append(api)

    def keep_one(self) -> Any:
        """A client for one owner, until all of them are closed."""
        self._kept.append(self._any())
        return self._kept[-1]

    def _any(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            return _new(ANSWER_WITHIN, self.facts["ApiVersion"], self._tunnel)

    @cached_property
    def on_this_host(self) -> bool:
        """Whether the engine's containers share this host's kernel and network: what the lab sees here is then theirs.

        A local socket alone does not say so: it may lead to a virtual machine, or be forwarded to another host.
        """
        with translated("asking for its host"), self.lent() as api:
            local = self._tunnel is None and str(api.base_url).startswith("http+docker://localhost")
            same_kernel = self.facts["KernelVersion"] == platform.release()
            return local and same_kernel and api.info().get("Name") == socket.gethostname()


class _OneConnection(UnixHTTPAdapter):
    """One pool for all URLs: the SDK's own adapter keeps a pool, with an open connection, for each URL."""

    def get_connection(self, url: Any, proxies: Any = None) -> Any:  # noqa: ARG002 - the reason for this class
        """The pool of the engine's socket, for every URL."""
        return super().get_connection("http+docker://localhost", proxies)


def _new(timeout: float, version: str, tunnel: Tunnel | None = None) -> Any:
    """A client that speaks this version of the API; the SDK's own way to find the engine's asks for it twice."""
    options: dict[str, Any] = {"timeout": timeout, "version": version}
    api: Any = docker.APIClient(f"unix://{tunnel.socket}", **options) if tunnel else docker.from_env(**options).api
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
        # ./inv doctor says it once.
        disable_warnings(InsecureRequestWarning)
    return api


def not_protected(api: Any) -> str | None:
    """The weakness of the connection to the engine, which gives full control of its host; None if nothing is."""
    if str(api.base_url).startswith("http://"):
        return "without encryption: anyone on the way can read it, and anyone who reaches the port controls that host"
    if str(api.base_url).startswith("https://") and not api.verify:
        return "its certificate is not verified: DOCKER_TLS_VERIFY is not set"
    return None


def address() -> str:
    """The engine's address, as the user wrote it; empty for the SDK's default, a socket of this host.

    Raises EngineUnavailable for a context that does not exist.
    """
    if host := os.environ.get("DOCKER_HOST"):
        return host
    name = os.environ.get("DOCKER_CONTEXT") or get_current_context_name()
    context = ContextAPI.get_context(name)
    if context is None:
        # The SDK would use the engine of this host; and without a config.json it sees no context at all.
        raise EngineUnavailable(
            f"the Docker CLI has no context {name!r} beside its config.json: `docker context ls` lists the contexts, "
            f"`docker context use {name}` writes this one there, or set DOCKER_HOST to the engine's address"
        )
    return str(context.Host or "")


def named_by() -> str | None:
    """Where the user named the engine: DOCKER_HOST or a context of the Docker CLI. None for the default."""
    if host := os.environ.get("DOCKER_HOST"):
        return f"DOCKER_HOST={host}"
    context = os.environ.get("DOCKER_CONTEXT") or get_current_context_name()
    return None if context == "default" else f"the Docker CLI's context {context!r}"


def _close(idle: list[Any], kept: list[Any]) -> None:
    for client in (*idle, *kept):
        client.close()
