"""Before a run: builds its images, and checks that the engine can give the limits."""

from collections.abc import Mapping

from images import build
from images.store import BuildProgress
from scenarios.definition.scenario import Scenario
from scenarios.engines.base import Engine
from scenarios.errors import LabError, Unavailable, UsageError


def prepare(scenario: Scenario, engine: Engine, progress: BuildProgress) -> Mapping[str, str]:
    """Builds missing images; returns each image's id by name, nothing if the engine needs none. Raises Unavailable."""
    services = scenario.services.values()
    reason = engine.unable(services)
    if reason:
        raise Unavailable(reason)
    if engine.images is None:
        return {}
    return build.ensure(sorted({service.image for service in services}), engine.images, progress)


def refused(scenario: Scenario, text: str, *names: str) -> LabError:
    """The error for a limit of these services, by default of any, that the engine cannot give."""
    services = [scenario.services[name] for name in names or scenario.services]
    asked = any(set(one.limited_by) & set(scenario.given) for one in services)
    return UsageError(text) if asked else Unavailable(text)


def check_limits(scenario: Scenario, engine: Engine) -> None:
    """Raises UsageError if the user asked for more than the engine can give, Unavailable if the catalog did."""
    limit = engine.hard_nofile()
    for service in scenario.services.values():
        if limit is not None and service.most_nofile > limit.value:
            text = (
                f"{service.name} needs nofile {service.most_nofile}; the highest here is {limit.value}: {limit.source}"
            )
            raise refused(scenario, text, service.name)
