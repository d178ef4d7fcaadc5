"""The order of a run: which services can start, which ones the lab waits for, and when the run is over."""

from scenarios.definition.scenario import Scenario
from scenarios.pipeline.run.transcript import Transcript


class Order:
    def __init__(self, scenario: Scenario, transcript: Transcript) -> None:
        self._scenario, self._transcript = scenario, transcript
        # Those that others use: snapshots are taken of them, and the run does not wait for their end.
        self.servers = [name for name in scenario.services if name in scenario.awaited("ready")]
        self.started: set[str] = set()  # the caller adds the services that it starts

    def watched(self, service: str) -> list[str]:
        """The services to take snapshots of when `service` reports a moment: the servers that it uses, else itself."""
        used = self._scenario.services[service].depends_on
        return [name for name, condition in used.items() if condition == "ready"] or [service]

    def is_observed(self, service: str) -> bool:
        """Whether a service gets a snapshot when it is ready: a server, or any where there are no servers."""
        return service in self.servers or not self.servers

    def able(self) -> list[str]:
        left = [service for service in self._scenario.services.values() if service.name not in self.started]
        return [service.name for service in left if all(self._met(*one) for one in service.depends_on.items())]

    def _met(self, name: str, condition: str) -> bool:
        said = self._transcript[name]
        return said.has("ready") if condition == "ready" else said.exit_status == 0

    def unready(self) -> list[str]:
        """The servers that are not ready yet. One that has ended comes first, so that its end is noticed at once."""
        waiting = [name for name in self.servers if name in self.started and not self._transcript[name].has("ready")]
        return sorted(waiting, key=lambda name: not self._transcript[name].ended)

    def running(self) -> list[str]:
        """The services that the run waits for and that have not ended."""
        return sorted(name for name in self.started.difference(self.servers) if not self._transcript[name].ended)

    def is_over(self) -> bool:
        """Whether every service that is no server has ended, and none can be started any more."""
        return not self.running() and not self.unready() and not self.able()
