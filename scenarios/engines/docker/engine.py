"""Runs services as containers of a Docker Engine, through its SDK.

Every object is labelled with the project, the scenario, the run and its owner, and is found again by these labels
alone.
"""

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from scenarios.definition.scenario import LIMITS, Scenario, Service
from scenarios.engines.base import Information, Leftover, Limit, NotRemoved, Sink, too_few_processors
from scenarios.engines.docker import limits, resources
from scenarios.engines.docker.client import ANSWER_WITHIN, Clients, address, not_protected
from scenarios.engines.docker.errors import translated
from scenarios.engines.docker.images import DockerImages
from scenarios.engines.docker.session import DockerSession


class DockerEngine:
    """A Docker Engine; creating it raises EngineUnavailable when none answers."""

    name = "docker"
    limits = LIMITS
    # Containers share only the kernel: there is nothing to warn of.
    not_isolated = None

    def __init__(self, answer_within: float = ANSWER_WITHIN) -> None:
        """Connects as the Docker CLI would; `answer_within` bounds the first answer, in seconds."""
        self.clients = Clients(answer_within)

    @cached_property
    def api(self) -> Any:
        """A client for sequential work: building images, and asking about the engine itself."""
        return self.clients.keep_one()

    def information(self) -> Information:
        """As `docker info`, with the number of its bridges."""
        with translated("asking for its state"):
            info, networks = self.api.info(), self.api.networks()
        bridges = sum(network["Driver"] == "bridge" for network in networks)
        where = address() or str(self.api.base_url)
        return Information(info, bridges, where, self.clients.on_this_host, not_protected(self.api))

    @property
    def version(self) -> str:
        facts = self.clients.facts
        where = f"{facts['Os']}/{facts['Arch']}, kernel {facts['KernelVersion']}"
        return f"Docker Engine {facts['Version']}, API {facts['ApiVersion']}, {where}"

    @property
    def images(self) -> DockerImages:
        return DockerImages(self.api, self.clients.facts["Arch"])

    def platform(self, service: Service) -> str:
        """The platform of the service's image: each brings its own."""
        return service.platform

    def hard_nofile(self) -> Limit | None:
        """The hard limit of the process that starts containers, if it runs on this machine."""
        return limits.hard_nofile() if self.clients.on_this_host else None

    def unable(self, services: Iterable[Service]) -> str | None:
        """It runs every service that has an image, if there are enough processors."""
        asked = [service for service in services if service.cpu_count is not None]
        if not asked:
            return None
        with translated("asking for its processors"):
            return too_few_processors(asked, int(self.api.info()["NCPU"]))

    def open(self, scenario: Scenario, run: str, sink: Sink, keep: bool, image_ids: Mapping[str, str]) -> DockerSession:
        return DockerSession(self.clients, scenario, run, sink, keep, image_ids)

    def leftovers(self) -> list[Leftover]:
        """All containers and networks with the project's label."""
        return resources.list_leftovers(self.clients)

    def remove(self, leftovers: Iterable[Leftover], patient: bool = True) -> list[NotRemoved]:
        """Removes containers, and once they are gone the networks that they were in; returns what is refused."""
        return resources.remove(self.clients, leftovers, patient)

    def execute_in(self, leftover: Leftover, command: Sequence[str]) -> int:
        """Leaves the terminal to the Docker CLI."""
        return subprocess.run(["docker", "exec", "-it", leftover.name, *command], check=False).returncode
