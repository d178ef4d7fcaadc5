"""Runs services as containers of a Docker Engine, through its SDK.

Every object is labelled with the project, the scenario, the run and its owner, and everything is found again by these
labels alone.
"""

import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import docker
from docker.errors import APIError, NotFound

from images import build
from scenarios.engines import docker_limits
from scenarios.engines.base import BuildProgress, Leftover, Limit, Sink
from scenarios.engines.docker_errors import CONNECTION_ERRORS, translated
from scenarios.engines.docker_images import DockerImages
from scenarios.engines.docker_session import DockerSession
from scenarios.errors import EngineUnavailable
from scenarios.owner import Owner
from scenarios.spec import Scenario, Service

# A container inherits its image's labels, so only one that names a run was started by the lab.
OURS = ["iolab.project=iolab", "iolab.run"]
HOW_TO_GET_ONE = (
    "install one (Debian and Ubuntu: apt install docker.io; others: Docker Desktop, Colima) "
    "and start it (systemctl start docker, or dockerd), then see whether `docker info` answers. "
    "DOCKER_HOST and the Docker CLI's context say which engine is asked"
)
ANSWER_WITHIN = 30  # seconds
# A run's threads: one that reads each service's streams, and some that create, start and remove.
CONNECTIONS = 64


class DockerEngine:
    """A Docker Engine; raises EngineUnavailable when made while none answers."""

    name = "docker"
    # All that a machine shares with others is the kernel: there is nothing to warn of.
    not_isolated = None

    def __init__(self, answer_within: int = ANSWER_WITHIN) -> None:
        """Connects as the Docker CLI would; `answer_within` bounds the first answer, in seconds."""
        self._local = threading.local()
        try:
            first = docker.from_env(timeout=answer_within, max_pool_size=CONNECTIONS).api
            self._facts = first.version()
        except (*CONNECTION_ERRORS, ValueError) as error:
            raise EngineUnavailable(f"no container engine answers ({error}): {HOW_TO_GET_ONE}") from error
        first.timeout = ANSWER_WITHIN
        self._clients = [first]
        self._local.api = first
        # Every thread's client is closed when the engine is not used any more.
        weakref.finalize(self, _close_all, self._clients)
        self._image_ids: dict[str, str] = {}

    @property
    def api(self) -> Any:
        """A client of this thread's own: the SDK's are not safe to share between threads (docker-py #619)."""
        if not hasattr(self._local, "api"):
            self._local.api = docker.from_env(timeout=ANSWER_WITHIN, version=self._facts["ApiVersion"]).api
            self._clients.append(self._local.api)
        return self._local.api

    @property
    def version(self) -> str:
        """Engine, kernel and architecture in one line."""
        facts = self._facts
        where = f"{facts['Os']}/{facts['Arch']}, kernel {facts['KernelVersion']}"
        return f"Docker Engine {facts['Version']}, API {facts['ApiVersion']}, {where}"

    @property
    def images(self) -> DockerImages:
        """The engine's image store."""
        return DockerImages(self.api)

    def platform(self, service: Service) -> str:
        """The platform of the service's image: each brings its own."""
        return service.platform

    def hard_nofile(self) -> Limit | None:
        """The hard limit of the process that starts containers, if it runs on this machine."""
        return docker_limits.hard_nofile(str(self.api.base_url))

    def prepare(self, services: Iterable[Service], progress: BuildProgress) -> None:
        """Builds the images that are missing or stale."""
        wanted = sorted({service.image for service in services})
        self._image_ids = build.ensure(wanted, self.images, progress)

    def open(self, scenario: Scenario, run: str, sink: Sink, keep: bool) -> DockerSession:
        """A session whose containers run the images that `prepare` found."""
        return DockerSession(self, scenario, run, sink, keep, self._image_ids)

    def leftovers(self) -> list[Leftover]:
        """All containers and networks with the project's label."""
        filters = {"label": OURS}
        with translated("listing what is there"):
            containers = self.api.containers(all=True, filters=filters)
            networks = self.api.networks(filters=filters)
        found = [
            _leftover("container", c["Names"][0].lstrip("/") if c.get("Names") else c["Id"], c["Labels"])
            for c in containers
        ]
        return found + [_leftover("network", n["Name"], n["Labels"]) for n in networks]

    def remove(self, leftovers: Iterable[Leftover]) -> None:
        """Removes containers, all at once, and then the networks that they were in."""
        things = list(leftovers)
        self.in_parallel([_bound(self.remove_container, t.name) for t in things if t.kind == "container"])
        self.in_parallel([_bound(self.remove_network, t.name) for t in things if t.kind == "network"])

    def execute_in(self, leftover: Leftover, command: Sequence[str]) -> int:
        """Hands the terminal to the Docker CLI, which knows best how to pass one on."""
        import subprocess

        return subprocess.run(["docker", "exec", "-it", leftover.name, *command], check=False).returncode

    def in_parallel(self, jobs: Sequence[Callable[[], None]]) -> None:
        """Runs jobs at the same time and raises the first one's error once all have ended."""
        if not jobs:
            return
        with ThreadPoolExecutor(len(jobs)) as pool:
            futures = [pool.submit(job) for job in jobs]
        for future in futures:
            future.result()

    def remove_container(self, name: str) -> None:
        """Kills and removes a container; one that is gone, or already being removed, is no error."""
        with translated(f"removing container {name}"):
            try:
                self.api.remove_container(name, force=True, v=True)
            except APIError as error:
                if error.status_code not in (404, 409):
                    raise

    def remove_network(self, name: str) -> None:
        """Removes a network; one that is gone is no error."""
        with translated(f"removing network {name}"), suppress(NotFound):
            self.api.remove_network(name)


def _close_all(clients: list[Any]) -> None:
    for client in clients:
        client.close()


def _bound(function: Callable[[str], None], argument: str) -> Callable[[], None]:
    return lambda: function(argument)


def _leftover(kind: str, name: str, labels: dict[str, str]) -> Leftover:
    owner = Owner(
        int(labels.get("iolab.owner.pid", 0)),
        float(labels.get("iolab.owner.started", 0)),
        labels.get("iolab.owner.host", ""),
    )
    return Leftover(
        kind,
        name,
        labels.get("iolab.run", ""),
        labels.get("iolab.service", ""),
        labels.get("iolab.keep") == "true",
        owner.lives,
    )
