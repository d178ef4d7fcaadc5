"""Pictures of two runs, one over the other: each series has the name of its run beside its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from scenarios.pictures import Bound, Picture, Steps, TimeChart

Labels = tuple[str, str]
# What belongs to no run: lines to compare with.
SHARED = "guides"


def time_charts(first: Sequence[TimeChart], second: Sequence[TimeChart], labels: Labels) -> Iterator[TimeChart]:
    """The charts with the same title as one, with the bounds of both."""
    for charts in _by_title(first, second):
        series = [{f"{name}, {labels[n]}": points for name, points in one.series.items()} for n, one in charts.items()]
        drawn = [one for _, one in sorted(charts.items())]
        yield replace(drawn[0], series=_alternating(series), bounds=_bounds(charts, labels), moments=())


def _bounds(charts: Mapping[int, TimeChart], labels: Labels) -> list[Bound]:
    """A bound of one run alone has its label."""
    both = [bound for bound in charts[0].bounds if bound in charts[1].bounds] if len(charts) > 1 else []
    alone = [
        replace(bound, words=f"{bound.words} ({labels[n]})")
        for n, one in charts.items()
        for bound in one.bounds
        if bound not in both
    ]
    return [*both, *alone]


def pictures(first: Sequence[Picture], second: Sequence[Picture], labels: Labels) -> Iterator[Picture]:
    """The pictures with the same title and kind as one; the steps of two runs stay two pictures."""
    for some in _by_title(first, second):
        named = [_named(one, labels[n]) for n, one in some.items()]
        if len(named) > 1 and type(named[0]) is type(named[1]) and not isinstance(named[0], Steps):
            yield _merged(*named)
        else:
            yield from (replace(one, title=f"{one.title}, {labels[n]}") for n, one in some.items())


def _by_title(first: Sequence[Any], second: Sequence[Any]) -> Iterator[dict[int, Any]]:
    """{0: of the first run, 1: of the second}, in the order of the first; one of them may be missing."""
    titles = [{one.title: one for one in some} for some in (first, second)]
    for title in dict.fromkeys((*titles[0], *titles[1])):
        yield {n: some[title] for n, some in enumerate(titles) if title in some}


def _named(picture: Picture, label: str) -> Picture:
    """With the label behind each name of the picture's mappings."""
    found: dict[str, Any] = {
        one.name: {f"{name}, {label}" if name else label: value for name, value in mapping.items()}
        for one in fields(picture)
        if isinstance(mapping := getattr(picture, one.name), Mapping) and one.name != SHARED
    }
    return replace(picture, **found)


def _merged(first: Picture, second: Picture) -> Picture:
    both: dict[str, Any] = {
        one.name: _alternating([mapping, getattr(second, one.name)])
        for one in fields(first)
        if isinstance(mapping := getattr(first, one.name), Mapping)
    }
    return replace(first, **both)


def _alternating(mappings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The first of each, then the second of each, so that what belongs together stands together."""
    longest = max(map(len, mappings), default=0)
    items = [list(one.items()) for one in mappings]
    return dict(one[n] for n in range(longest) for one in items if n < len(one))
