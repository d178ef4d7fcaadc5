"""What a run needs before it: images, and limits that the engine can give."""

from collections.abc import Mapping

from scenarios.engines.base import Engine
from scenarios.errors import Unavailable, UsageError
from scenarios.imagestore import BuildProgress
from scenarios.scenario import Scenario


def prepare(scenario: Scenario, engine: Engine, progress: BuildProgress) -> Mapping[str, str]:
    """The ids of the images that the services need, built where they are missing; none where the engine needs none.

    Raises ImageError, or Unavailable with the reason for a skip.
    """
    services = scenario.services.values()
    reason = engine.unable(services)
    if reason:
        raise Unavailable(reason)
    if engine.images is None:
        return {}
    from images import build

    return build.ensure(sorted({service.image for service in services}), engine.images, progress)


def check_limits(scenario: Scenario, engine: Engine) -> None:
    """Compares what services need with what the engine can give, before anything starts.

    Raises UsageError when a parameter on the command line asks for too much, Unavailable when the catalog does.
    """
    limit = engine.hard_nofile()
    for service in scenario.services.values():
        if limit is not None and service.nofile > limit.value:
            text = f"{service.name} needs nofile {service.nofile}; the highest here is {limit.value}: {limit.source}"
            if set(service.limited_by) & set(scenario.given):
                raise UsageError(text)
            raise Unavailable(text)
