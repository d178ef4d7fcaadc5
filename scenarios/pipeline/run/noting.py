"""Tells the audience what a run does, and notes it for pages that follow the run."""

from pathlib import Path

from scenarios.pipeline.run.drive import Watch
from scenarios.results import phases
from scenarios.results.events import Event


class NotingWatch:
    """A Watch that notes each step in the run's directory before it tells `watch`."""

    def __init__(self, watch: Watch, directory: Path) -> None:
        self._watch, self._directory, self._noted = watch, directory, ""

    def doing(self, what: str) -> None:
        """A step that goes on, as a wait does after each event, is noted once."""
        if what != self._noted:
            self._noted = what
            phases.note(self._directory, what)
        self._watch.doing(what)

    def event(self, service: str, event: Event) -> None:
        self._watch.event(service, event)
