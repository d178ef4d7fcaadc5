"""A scenario's machines and who waits for whom, as a picture: whom others need stands on the left, or above."""

from collections.abc import Iterator, Mapping, Sequence

from scenarios.report.charts.shapes import (
    LINE,
    NARROW,
    WIDE,
    Box,
    Chart,
    Figure,
    Shape,
    Stroke,
    Words,
    cut,
    width_of,
)
from scenarios.scenario import Scenario, Service

MIB = 1024**2
BETWEEN, APART, EDGE, PAD = 90, 14, 16, 10
WIDEST, MOST_BESIDE = 250, 3
Places = Mapping[str, tuple[float, float]]


def topology(scenario: Scenario, engine: str) -> Figure:
    """Every service with its image, program and limits, within the network that only they are in."""
    services, layers = scenario.services, _layers(scenario)
    # A long chain has no room beside each other; one below the other it has.
    wide = _beside if len(layers) <= MOST_BESIDE else _below
    told = {name: lines_of(service) for name, service in services.items()}
    return Figure(
        "The machines",
        "; ".join(f"{name}: {', '.join(lines[1:])}{_waits(services[name])}" for name, lines in told.items()),
        [wide(layers, told, services, engine), _below(layers, told, services, engine)],
        ["service", "image", "program", "descriptors", "processes", "memory", "processors", "waits for"],
        [_row(service) for service in services.values()],
    )


def lines_of(service: Service) -> list[str]:
    """What a box says."""
    processors = f", {service.cpu_count} processor{'s' * (service.cpu_count != 1)}" if service.cpu_count else ""
    return [
        service.name,
        f"{service.program} on {service.image}",
        f"nofile {service.nofile}, pids {service.pids_limit}, {service.mem_limit // MIB} MiB{processors}",
    ]


def _waits(service: Service) -> str:
    needs = ", ".join(f"{name} is {condition}" for name, condition in service.depends_on.items())
    return f", begins when {needs}" if needs else ""


def _row(service: Service) -> list[str]:
    return [
        service.name,
        service.image,
        " ".join([service.program, *service.args]),
        str(service.nofile),
        str(service.pids_limit),
        f"{service.mem_limit // MIB} MiB",
        str(service.cpu_count or "all"),
        ", ".join(f"{name} ({condition})" for name, condition in service.depends_on.items()) or "nobody",
    ]


def _layers(scenario: Scenario) -> list[list[str]]:
    """Those who need nobody, those who need only these, and so on."""
    depth: dict[str, int] = {}
    for _ in scenario.services:  # at most so many layers, in whatever order they are written
        for name, service in scenario.services.items():
            depth[name] = 1 + max((depth.get(other, 0) for other in service.depends_on), default=0)
    return [[name for name in depth if depth[name] == layer] for layer in sorted(set(depth.values()))]


def _beside(
    layers: Sequence[Sequence[str]], told: Mapping[str, list[str]], services: Mapping[str, Service], engine: str
) -> Chart:
    """Layers from left to right."""
    room = (WIDE - 2 * EDGE - BETWEEN * (len(layers) - 1)) / len(layers)
    width = min(WIDEST, room, max(width_of(line) for lines in told.values() for line in lines) + 2 * PAD)
    tallest = max(map(len, layers))
    places = {
        name: (EDGE + (width + BETWEEN) * x, _top(y, len(layer), tallest))
        for x, layer in enumerate(layers)
        for y, name in enumerate(layer)
    }
    bottom = _top(tallest - 1, tallest, tallest) + _height() + EDGE
    right = max(EDGE * 2 + width * len(layers) + BETWEEN * (len(layers) - 1), width_of(_network(engine)) + 2 * EDGE)
    arrows = [
        _arrow(
            places[other][0] + width, places[other][1] + _height() / 2, places[name][0], places[name][1] + _height() / 2
        )
        for name, service in services.items()
        for other in service.depends_on
    ]
    return _chart(right, bottom, width, places, told, arrows, engine)


def _below(
    layers: Sequence[Sequence[str]], told: Mapping[str, list[str]], services: Mapping[str, Service], engine: str
) -> Chart:
    """All below each other, for a narrow page; the arrows run along the right side."""
    names, width = [name for layer in layers for name in layer], NARROW - 2 * EDGE - 40
    places = {name: (float(EDGE), 34.0 + n * (_height() + APART)) for n, name in enumerate(names)}
    arrows = []
    for name, service in services.items():
        for n, other in enumerate(service.depends_on):
            x, y1, y2 = (
                EDGE + width,
                places[other][1] + _height() / 2,
                places[name][1] + _height() / 2 - 6 + 4 * (n % 4),
            )
            arrows.append(Stroke(f"M{x} {y1}h{12 + 3 * (n % 6)}V{y2}h-{12 + 3 * (n % 6)}m5 -4l-5 4l5 4", "arrow"))
    return _chart(NARROW, 34 + len(names) * (_height() + APART), width, places, told, arrows, engine)


def _top(y: int, count: int, tallest: int) -> float:
    """A layer that is shorter than the tallest stands in its middle."""
    return 34 + (y + (tallest - count) / 2) * (_height() + APART)


def _height() -> float:
    return 3 * LINE + 12


def _network(engine: str) -> str:
    return f"their network, on the {engine} engine"


def _arrow(x1: float, y1: float, x2: float, y2: float) -> Stroke:
    """From whom is waited for to who waits."""
    middle = (x1 + x2) / 2
    d = f"M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}m-6 -4l6 4l-6 4"
    return Stroke(d, "arrow")


def _chart(
    width: float,
    height: float,
    box: float,
    places: Places,
    told: Mapping[str, list[str]],
    arrows: Sequence[Shape],
    engine: str,
) -> Chart:
    shapes: list[Shape] = [
        Box(1, 1, width - 2, height - 2, "network"),
        Words(EDGE, 22, cut(_network(engine), width - EDGE), "unit"),
    ]
    for name, (x, y) in places.items():
        shapes += _box(x, y, box, told[name])
    return Chart(width, height, [*shapes, *arrows])


def _box(x: float, y: float, width: float, lines: Sequence[str]) -> Iterator[Shape]:
    yield Box(x, y, width, _height(), "machine", "\n".join(lines))
    for n, text in enumerate(lines):
        yield Words(x + PAD, y + 18 + LINE * n, cut(text, width - 2 * PAD), "name" if n == 0 else "tick")
