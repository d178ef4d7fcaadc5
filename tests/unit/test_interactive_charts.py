"""What a chart says of itself to its script, and what a sweep draws over its curves."""

import json
import math
import re
from typing import Any

import pytest

from scenarios.pictures import Bound, Curves, Percentiles, TimeChart
from scenarios.report.charts.curves import over_time
from scenarios.report.charts.figures import figure
from scenarios.report.charts.fits import Step, with_fits
from scenarios.report.charts.shapes import Stroke, Words
from scenarios.report.templating import TEMPLATES, render
from scenarios.theory import growth, growth_band

SAMPLED = TimeChart("d", "open", {"server": [(0.0, 5.0), (1.25, 1020.0)], "client": [(0.5, 3.0)]}, [Bound(1024, "it")])
COSTS = Curves("cost", "N", "µs", {"select": {1.0: 10.0, 100.0: 1000.0}, "epoll": {1.0: 10.0, 100.0: 12.0}})


def placed(axis: tuple[str, float, float], value: float) -> float:
    """As charts.js places a value on an axis."""
    kind, low, high = axis
    return math.log(value / low) / math.log(high / low) if kind == "log" else (value - low) / (high - low)


@pytest.mark.parametrize(
    "made", [over_time(SAMPLED), figure(COSTS), figure(Percentiles("p", "ms", {"a": {"50 %": 1.0, "99 %": 9.0}}))]
)
def test_the_frame_of_a_chart_places_each_value_where_its_curve_is_drawn(made: Any) -> None:
    for chart in made.drawing["charts"]:
        left, top, right, bottom = chart.frame["box"]
        for of, (_, points) in enumerate(made.drawing["data"]["series"]):
            marks = [one for one in chart.shapes if isinstance(one, Stroke) and one.of == of and "line" in one.look]
            curve = next((one for one in marks if "key" not in one.look), None)
            drawn = [tuple(map(float, pair.split())) for pair in curve.d[1:].split("L")] if curve else []
            for (x, y), (across, down) in zip(points, drawn, strict=bool(drawn)):
                assert left + placed(chart.frame["x"], x) * (right - left) == pytest.approx(across, abs=0.06)
                assert bottom - placed(chart.frame["y"], y) * (bottom - top) == pytest.approx(down, abs=0.06)


def test_only_charts_over_time_share_a_crosshair_and_each_name_is_a_switch() -> None:
    assert over_time(SAMPLED).drawing["data"]["time"] is True
    assert figure(COSTS).drawing["data"]["time"] is False
    for chart in over_time(SAMPLED).drawing["charts"]:
        keys = [one for one in chart.shapes if isinstance(one, Words) and "key" in one.look.split()]
        assert {(one.of, one.text) for one in keys} == {(0, "server"), (1, "client")}


def test_a_series_with_a_hostile_name_is_text_in_the_page() -> None:
    name = "'><script>alert(1)</script>"
    made = over_time(TimeChart("t", "s", {name: [(0.0, 1.0), (1.0, 2.0)]}))
    html = render_figure(made)
    assert "<script>" not in html
    (data,) = re.findall(r"data-chart='([^']*)'", html)
    assert json.loads(data)["series"][0][0] == name


def render_figure(made: Any) -> str:
    from scenarios.report import templating

    template = '{% from "chart.html.j2" import figure %}{{ figure(it) }}'
    return templating._environment().from_string(template).render(it=made)


def test_the_script_of_charts_is_short_and_says_why_it_is_ours() -> None:
    text = (TEMPLATES / "charts.js").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    assert "vega" in text[:600] and "vl-convert" in text[:600]
    assert not re.search(r"\b(eval|innerHTML|fetch|import|XMLHttpRequest)\b", text)


def test_a_sweeps_figure_has_the_fit_the_band_and_each_cliff() -> None:
    series = {n: 2.0 * n for n in (10.0, 20.0, 40.0, 80.0)}
    fitted = growth.fit(series)
    band = growth_band.band(series, fitted, [10.0, 20.0, 40.0, 80.0])
    made = with_fits(
        figure(Curves("t", "n", "s", {"server": series}, {"server": [100.0]})), {0: band}, [Step(100.0, "EMFILE")]
    )
    assert any("95 % confidence" in note for note in made.notes)
    assert "Dashed line at 100: EMFILE." in made.notes
    for chart in made.drawing["charts"]:
        looks = [one.look.split()[0] for one in chart.shapes]
        assert looks.count("band") == looks.count("fit") == 1
        left, _, right, _ = chart.frame["box"]
        (cliff,) = [one for one in chart.shapes if isinstance(one, Stroke) and one.look == "bound"]
        assert left < float(cliff.d[1:].split()[0]) <= right
        assert any(isinstance(one, Words) and one.text == "from 100" for one in chart.shapes)


@pytest.mark.parametrize(
    "cost", [lambda n: 3.0 * n, lambda n: 5.0, lambda n: 50 + n, lambda n: n * n / 10, lambda n: 100 / n]
)
def test_a_band_holds_the_fitted_curve_and_lies_near_what_was_measured(cost: Any) -> None:
    noise = (1.01, 0.99, 1.02, 0.98, 1.0, 1.01)
    series = {n: cost(n) * part for n, part in zip((10.0, 20.0, 40.0, 80.0, 160.0, 320.0), noise, strict=True)}
    for n, best, low, high in growth_band.band(series, growth.fit(series), list(series)):
        assert low <= best <= high
        assert low <= 1.1 * series[n] and high >= 0.9 * series[n]


def test_without_a_fit_there_is_no_band() -> None:
    series = {1.0: 1.0, 2.0: 2.0}
    assert growth_band.band(series, growth.fit(series), [1.0, 2.0]) == []
    assert with_fits(figure(Curves("t", "n", "s", {})), {}, []).drawing == {}


def test_pages_allow_their_own_scripts_by_hash_and_no_other() -> None:
    from scenarios.report.templating import SCRIPTS, script_source

    assert str(script_source()).count("'sha256-") == len(SCRIPTS)
    nothing: dict[str, Any] = {"names": [], "where": [], "cells": {}, "entries": [], "choices": {}, "comparisons": []}
    board = render("board.html.j2", **nothing, count=0, sweeps=0, live="")
    assert "unsafe-inline" not in board.partition("script-src")[2].partition(";")[0]
