"""Runs services as containers of a Docker Engine, through its SDK.

Every object is labelled with the project, the scenario, the run and its owner, and is found again by these labels
alone.
"""

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from scenarios.engines.base import Information, Leftover, Limit, Sink, too_few_processors
from scenarios.engines.docker import belongings, limits
from scenarios.engines.docker.client import ANSWER_WITHIN, Clients, address, not_protected
from scenarios.engines.docker.errors import translated
from scenarios.engines.docker.images import DockerImages
from scenarios.engines.docker.session import DockerSession
from scenarios.scenario import LIMITS, Scenario, Service


class DockerEngine:
    """A Docker Engine; raises EngineUnavailable when made while none answers."""

    name = "docker"
    limits = LIMITS
    # All that a machine shares with others is the kernel: there is nothing to warn of.
    not_isolated = None

    def __init__(self, answer_within: float = ANSWER_WITHIN) -> None:
        """Connects as the Docker CLI would; `answer_within` bounds the first answer, in seconds."""
        self.clients = Clients(answer_within)

    @cached_property
    def api(self) -> Any:
        """A client for what is done one after the other: building images, and looking at the engine itself."""
        return self.clients.taken()

    def information(self) -> Information:
        """As `docker info`, with the number of its bridges."""
        with translated("asking for its state"):
            info, networks = self.api.info(), self.api.networks()
        bridges = sum(network["Driver"] == "bridge" for network in networks)
        where = address() or str(self.api.base_url)
        return Information(info, bridges, where, self.clients.on_this_host, not_protected(self.api))

    @property
    def version(self) -> str:
        """Engine, kernel and architecture in one line."""
        facts = self.clients.facts
        where = f"{facts['Os']}/{facts['Arch']}, kernel {facts['KernelVersion']}"
        return f"Docker Engine {facts['Version']}, API {facts['ApiVersion']}, {where}"

    @property
    def images(self) -> DockerImages:
        """The engine's image store."""
        return DockerImages(self.api, self.clients.facts["Arch"])

    def platform(self, service: Service) -> str:
        """The platform of the service's image: each brings its own."""
        return service.platform

    def hard_nofile(self) -> Limit | None:
        """The hard limit of the process that starts containers, if it runs on this machine."""
        return limits.hard_nofile() if self.clients.on_this_host else None

    def unable(self, services: Iterable[Service]) -> str | None:
        """It runs whatever has an image, if there are processors enough."""
        asked = [service for service in services if service.cpu_count is not None]
        if not asked:
            return None
        with translated("asking for its processors"):
            return too_few_processors(asked, int(self.api.info()["NCPU"]))

    def open(self, scenario: Scenario, run: str, sink: Sink, keep: bool, image_ids: Mapping[str, str]) -> DockerSession:
        """A session whose containers run these images."""
        return DockerSession(self.clients, scenario, run, sink, keep, image_ids)

    def leftovers(self) -> list[Leftover]:
        """All containers and networks with the project's label."""
        return belongings.found(self.clients)

    def remove(self, leftovers: Iterable[Leftover]) -> None:
        """Removes containers, all at once, and then the networks that they were in."""
        belongings.remove(self.clients, leftovers)

    def execute_in(self, leftover: Leftover, command: Sequence[str]) -> int:
        """Hands the terminal to the Docker CLI, which knows best how to pass one on."""
        return subprocess.run(["docker", "exec", "-it", leftover.name, *command], check=False).returncode
