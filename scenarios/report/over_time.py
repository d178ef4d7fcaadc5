"""A run's services over time, drawn with the bounds that theory predicts."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from scenarios import families
from scenarios.definition.scenario import Scenario
from scenarios.pictures import Bound, Cliff, Seen, TimeChart
from scenarios.results import time_series
from scenarios.results.time_series import TimeSeries

MIB = 1024**2
WINE = "win32"
Series = Mapping[str, list[tuple[float, float]]]


def charts(scenario: Scenario, directory: Path) -> list[TimeChart]:
    """One chart for each sampled resource; none if the run was not sampled."""
    seen = time_series.load(directory)
    is_known = families.current_name(scenario.family) is not None  # an older run may be of a family that is gone
    cliffs = families.find(scenario.family).cliffs(scenario) if seen.samples and is_known else ()
    return [replace(chart, moments=seen.moments) for chart in _charts(scenario, seen, cliffs) if chart.series]


def _charts(scenario: Scenario, seen: TimeSeries, cliffs: tuple[Cliff, ...]) -> Iterator[TimeChart]:
    # Only of services that listen. The machine's kernel counts the sockets, so those of a Windows program too.
    sockets = _above(0, seen.series("sockets"))
    bounds = _bounds(cliffs, "sockets", sockets)
    yield TimeChart("Connections, and the socket that listens", "TCP sockets", sockets, bounds)

    # Under Wine the sockets of a Windows program are not among the descriptors of its own process.
    descriptors = _without_wine(scenario, seen.series("descriptors"))
    limits = dict.fromkeys(scenario.services[name].nofile for name in descriptors if name in scenario.services)
    bounds = [Bound(limit, "the limit of open descriptors") for limit in limits]
    bounds += _bounds(cliffs, "descriptors", descriptors)
    yield TimeChart("Open descriptors", "descriptors", descriptors, bounds)

    # Wine adds some threads of its own to a Windows program.
    yield TimeChart("Threads", "threads", _above(1, _without_wine(scenario, seen.series("threads"))))
    resident = seen.series("resident")
    yield TimeChart("Memory", "MiB", {name: [(at, value / MIB) for at, value in resident[name]] for name in resident})
    yield TimeChart("CPU time since each program was ready", "s", _since_ready(seen))


def _since_ready(seen: TimeSeries) -> Series:
    """CPU time without that of the program's start, which is the same for all and would hide what the program does."""
    found = {}
    for name, points in seen.series("cpu").items():
        ready = seen.ready.get(name, points[0][0])
        before = [cpu for at, cpu in points if at <= ready]
        least = before[-1] if before else points[0][1]
        found[name] = [(at, cpu - least) for at, cpu in points if cpu >= least]
    return found


def _without_wine(scenario: Scenario, series: Series) -> Series:
    windows = {name for name, service in scenario.services.items() if service.platform == WINE}
    return {name: points for name, points in series.items() if name not in windows}


def _above(least: float, series: Series) -> Series:
    return {name: points for name, points in series.items() if any(value > least for _, value in points)}


def _bounds(cliffs: tuple[Cliff, ...], seen: Seen, series: Series) -> list[Bound]:
    """The bounds of the services that are drawn, with the service's name if several are."""
    drawn = [one for one in cliffs if one.seen == seen and one.service in series]
    if len(series) < 2:
        return [one.bound for one in drawn]
    return [Bound(one.bound.value, f"{one.service}: {one.bound.words}") for one in drawn]


def sampling_notes(scenario: Scenario, directory: Path) -> Iterator[str]:
    """The cost of sampling the run, or why the lab did not sample it."""
    cost = time_series.load(directory).cost
    if cost and cost["times"]:
        took = 1000 * (cost["lab"] + cost["inside"])
        yield (
            f"The lab took {cost['times']} samples during the run. That cost {took:.0f} ms of CPU time, "
            f"{1000 * cost['inside']:.0f} ms of it inside the machines."
        )
    elif scenario.alone:
        yield "This scenario measures costs, so the lab took no samples during the run."
