"""Shows a learner what an attempt does: with which parameters, and how far it is; what theory says comes after it."""

from __future__ import annotations

from scenarios.families.base import Prediction
from scenarios.report.terminal import TerminalAudience
from scenarios.scenario import Scenario


class Attentive(TerminalAudience):
    """What a scenario's audience shows, without the prediction: that would be the answer."""

    def predicted(self, scenario: Scenario, prediction: Prediction) -> None:  # noqa: ARG002 - it is not told
        """Only what is needed to tell events."""
        self.follow(scenario)
        self.doing(f"running {', '.join(scenario.services)}")
