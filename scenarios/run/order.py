"""The order of a run: which services can start, which the lab waits for, and when it is over."""

from scenarios.run.transcript import Transcript
from scenarios.scenario import Scenario, Service


class Order:
    """What a scenario's services are to each other, and how far they are."""

    def __init__(self, scenario: Scenario, transcript: Transcript) -> None:
        """Nothing is started yet; whoever starts services notes it in `started`."""
        self._scenario, self._transcript = scenario, transcript
        # Those that are there for others: they are looked at, and the run does not wait for their end.
        self.servers = [name for name in scenario.services if name in scenario.awaited("ready")]
        self.started: set[str] = set()

    def watched(self, service: str) -> list[str]:
        """Whom to look at when `service` reports a moment: the servers that it uses; if it uses none, itself."""
        used = self._scenario.services[service].depends_on
        return [name for name, condition in used.items() if condition == "ready"] or [service]

    def is_looked_at(self, service: str) -> bool:
        """Whether to look at a service when it is ready: a server, or any where there are none."""
        return service in self.servers or not self.servers

    def able(self) -> list[str]:
        """The services that can start now."""
        return [s.name for s in self._scenario.services.values() if s.name not in self.started and self._can_start(s)]

    def _can_start(self, service: Service) -> bool:
        return all(self._met(name, condition) for name, condition in service.depends_on.items())

    def _met(self, name: str, condition: str) -> bool:
        said = self._transcript[name]
        return said.has("ready") if condition == "ready" else said.exit_status == 0

    def unready(self) -> list[str]:
        """The servers that are not ready yet, one that has ended already first: it must not be waited for behind one
        that may still come.
        """
        waiting = [name for name in self.servers if name in self.started and not self._transcript[name].has("ready")]
        return sorted(waiting, key=lambda name: not self._transcript[name].ended)

    def running(self) -> list[str]:
        """The services that the run waits for and that have not ended."""
        mine = self.started.difference(self.servers)
        return sorted(name for name in mine if not self._transcript[name].ended)

    def is_over(self) -> bool:
        """Whether every service that is not there for others has ended, and none can be started any more."""
        return not self.running() and not self.unready() and not self.able()
