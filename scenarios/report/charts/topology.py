"""The machines of a scenario, and which of them wait for which."""

from scenarios.definition.scenario import Scenario, Service
from scenarios.report.charts.figure import Figure

MIB = 1024**2
# More layers than this have no room beside each other.
MOST_BESIDE = 3


def topology(scenario: Scenario, engine: str) -> Figure:
    """Every service with its image, program and limits, and what it waits for."""
    services, layers = scenario.services, _layers(scenario)
    return Figure(
        "The machines; an arrow leads to those that a machine waits for" if len(layers) > 1 else "The machines",
        "; ".join(f"{name}: {', '.join(_lines(service)[1:])}" for name, service in services.items()),
        ["service", "image", "program", "descriptors", "processes", "memory", "processors", "waits for"],
        [_row(service) for service in services.values()],
        "machines",
        {
            "network": f"their network, on the {engine} engine",
            "layers": [[_lines(services[name]) for name in layer] for layer in layers],
            "beside": len(layers) <= MOST_BESIDE,
        },
    )


def _lines(service: Service) -> list[str]:
    processors = f", {service.cpu_count} processor{'s' * (service.cpu_count != 1)}" if service.cpu_count else ""
    needs = ", ".join(f"{name} is {condition}" for name, condition in service.depends_on.items())
    return [
        service.name,
        f"{service.program} on {service.image}",
        f"nofile {service.nofile}, pids {service.pids_limit}, {service.mem_limit // MIB} MiB{processors}",
        *([f"begins when {needs}"] if needs else []),
    ]


def _row(service: Service) -> list[str]:
    return [
        service.name,
        service.image,
        " ".join([service.program, *service.args]),
        str(service.nofile),
        str(service.pids_limit),
        f"{service.mem_limit // MIB} MiB",
        str(service.cpu_count or "all"),
        ", ".join(f"{name} ({condition})" for name, condition in service.depends_on.items()) or "none",
    ]


def _layers(scenario: Scenario) -> list[list[str]]:
    """The services that depend on none, then those that depend on these alone, and so on."""
    depth: dict[str, int] = {}
    for _ in scenario.services:  # a service may be written before those that it depends on
        for name, service in scenario.services.items():
            depth[name] = 1 + max((depth.get(other, 0) for other in service.depends_on), default=0)
    return [[name for name in depth if depth[name] == layer] for layer in sorted(set(depth.values()))]
