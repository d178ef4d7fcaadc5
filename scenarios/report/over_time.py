"""What was seen of a run's services in the course of time, drawn with the bounds that are foreseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from scenarios import courses, families
from scenarios.courses import Courses
from scenarios.pictures import Bound, Cliff, Course, Seen
from scenarios.report.charts.figures import figure
from scenarios.report.charts.shapes import Figure
from scenarios.scenario import Scenario

MIB = 1024**2
WINE = "win32"
Series = Mapping[str, list[tuple[float, float]]]


def figures(scenario: Scenario, directory: Path) -> Iterator[Figure]:
    """A figure for each kind of thing that was seen; none of a run that was not watched."""
    seen = courses.load(directory)
    is_known = scenario.family in families.names()  # else it is of another version, or of a folder of one's own
    cliffs = families.find(scenario.family).cliffs(scenario) if seen.seen and is_known else ()
    for course in (
        _connections(seen, cliffs),
        _descriptors(scenario, seen, cliffs),
        _threads(scenario, seen),
        *_costs(seen),
    ):
        if course.series:
            yield figure(course)


def _connections(seen: Courses, cliffs: tuple[Cliff, ...]) -> Course:
    """Of who listens; it is the kernel of the machine that counts, so under Wine as well."""
    those = _where(seen.series("sockets"), lambda most: most > 0)
    return Course("Connections, and the socket that listens", "TCP sockets", those, _bounds(cliffs, "sockets", those))


def _descriptors(scenario: Scenario, seen: Courses, cliffs: tuple[Cliff, ...]) -> Course:
    """Under Wine the sockets of a Windows program are not among the descriptors of its own process."""
    those = _without_wine(scenario, seen.series("descriptors"))
    limits = dict.fromkeys(scenario.services[name].nofile for name in those if name in scenario.services)
    bounds = [Bound(limit, "the limit of open descriptors") for limit in limits]
    return Course("Open descriptors", "descriptors", those, [*bounds, *_bounds(cliffs, "descriptors", those)])


def _threads(scenario: Scenario, seen: Courses) -> Course:
    """Of who has more than one at any time; Wine has some of its own in a Windows program."""
    those = _without_wine(scenario, seen.series("threads"))
    return Course("Threads", "threads", _where(those, lambda most: most > 1))


def _costs(seen: Courses) -> Iterator[Course]:
    """Memory and processor time."""
    mib = {name: [(at, value / MIB) for at, value in points] for name, points in seen.series("resident").items()}
    yield Course("Memory", "MiB", mib)
    yield Course("Processor time so far", "s", seen.series("cpu"))


def _without_wine(scenario: Scenario, series: Series) -> Series:
    """Those whose process is the program alone."""
    windows = {name for name, service in scenario.services.items() if service.platform == WINE}
    return {name: points for name, points in series.items() if name not in windows}


def _where(series: Series, wanted: Callable[[float], bool]) -> Series:
    """The courses whose highest value is wanted."""
    return {name: points for name, points in series.items() if wanted(max(value for _, value in points))}


def _bounds(cliffs: tuple[Cliff, ...], seen: Seen, series: Series) -> list[Bound]:
    """Those of who is drawn; where others are drawn too, it is said of whom."""
    those = [one for one in cliffs if one.seen == seen and one.service in series]
    if len(series) < 2:
        return [one.bound for one in those]
    return [Bound(one.bound.value, f"{one.service}: {one.bound.words}") for one in those]


def told(scenario: Scenario, directory: Path) -> Iterator[str]:
    """What it cost to look all the time, or why nobody did."""
    cost = courses.load(directory).cost
    if cost and cost["times"]:
        took = 1000 * (cost["lab"] + cost["inside"])
        yield (
            f"The lab looked {cost['times']} times in passing; that took {took:.0f} ms of the processor in all, "
            f"{1000 * cost['inside']:.0f} ms of them inside the machines."
        )
    elif scenario.alone:
        yield "This scenario measures costs, so nobody looked while it ran."
