"""Charts: the numbers in them are the evidence's, in the drawing and in the table below it."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.pictures import Band, Bars, Bound, Curves, Grid, Percentiles, Picture, Span, Steps, TimeChart, Timeline
from scenarios.report.charts import boxes, figures, scales, shapes
from scenarios.report.charts.curves import over_time
from scenarios.report.charts.figure import Figure, cell
from scenarios.report.charts.scales import number
from scenarios.report.charts.shapes import LINE, NARROW, WIDE, Chart, Stroke, Words, cut, width_of
from scenarios.report.charts.topology import topology
from tests.unit.scripted import epoll

LANES = {"a": [Span(0, 1, "computing"), Span(1, 2, "waiting")], "b": [Span(1.5, 2, "computing")]}
COURSE = TimeChart(
    "descriptors", "open", {"server": [(0.0, 5.0), (1.0, 505.0)]}, [Bound(1024, "the soft limit")], [(0.5, "ready")]
)
EVERY: Sequence[Picture | TimeChart] = (
    Timeline("lanes", LANES),
    Curves("cost", "idle", "µs", {"epoll": {100: 1.0, 1000: 1.1}, "select": {100: 1.0, 1000: 100.0}}),
    COURSE,
    Percentiles("waits", "s", {"honest": {"50 %": 0.1, "99 %": 0.9}, "naive": {"50 %": 0.1, "99 %": 0.2}}),
    Bars("each", "s", {"one": 1.0, "two": 2.0}),
    Steps("order", [("a", "12"), ("b", "56"), ("a", "34")]),
    Grid("models", ["threads", "note"], {"fork": ["1", "x"]}),
)  # fmt: skip
EMPTY: Sequence[Picture | TimeChart] = (
    Timeline("t", {}),
    Curves("t", "n", "s", {"none": {}}),
    TimeChart("t", "s", {"none": []}),
    Percentiles("t", "s", {}),
    Bars("t", "s", {}),
    Steps("t", []),
    Grid("t", [], {}),
)


def figure(picture: Picture | TimeChart) -> Figure:
    return over_time(picture) if isinstance(picture, TimeChart) else figures.figure(picture)


def charts(picture: Picture | TimeChart) -> Sequence[Chart]:
    """The wide and the narrow drawing of a picture that is curves."""
    drawn: Sequence[Chart] = figure(picture).drawing["charts"]
    return drawn


def words(chart: Chart) -> list[str]:
    return [shape.text for shape in chart.shapes if isinstance(shape, Words)]


def strokes(chart: Chart, look: str) -> list[list[tuple[float, float]]]:
    """The points of the lines of that look."""
    found = [shape.d for shape in chart.shapes if isinstance(shape, Stroke) and shape.look == look]
    return [[(float(x), float(y)) for x, y in re.findall(r"[ML](\S+?) ([^MLZ]+)", d)] for d in found]


@pytest.mark.parametrize("picture", EVERY, ids=lambda one: type(one).__name__)
def test_every_kind_of_picture_has_a_table_and_all_but_a_table_are_drawn_and_described(
    picture: Picture | TimeChart,
) -> None:
    made = figure(picture)
    assert made.title == picture.title
    assert made.rows
    assert all(len(row) == len(made.columns) for row in made.rows)
    if made.kind == "curves":
        wide, narrow = made.drawing["charts"]
        assert wide.width <= WIDE
        assert narrow.width <= NARROW
    assert bool(made.drawing) == bool(made.description) == (not isinstance(picture, Grid))


@pytest.mark.parametrize("picture", EMPTY, ids=lambda one: type(one).__name__)
def test_nothing_to_draw_makes_no_drawing_and_no_error(picture: Picture | TimeChart) -> None:
    assert figure(picture).drawing == {}


@pytest.mark.parametrize("picture", EVERY, ids=lambda one: type(one).__name__)
def test_no_words_lie_outside_their_drawing(picture: Picture | TimeChart) -> None:
    for chart in figure(picture).drawing.get("charts", ()):
        for shape in chart.shapes:
            if isinstance(shape, Words):
                at = shape.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor] * width_of(shape.text)
                assert at >= -12, shape
                assert shape.y <= chart.height, shape


def test_the_bars_are_as_long_as_their_values_and_say_them() -> None:
    made = figure(Bars("each", "s", {"one": 1.0, "two": 2.5}))
    one, two = made.drawing["rows"]
    assert two["length"] == pytest.approx(2.5 * one["length"])
    assert two["length"] <= 100
    assert (one["value"], two["value"]) == ("1 s", "2.5 s")
    assert list(made.rows) == [["one", "1"], ["two", "2.5"]]


def test_a_predicted_value_is_a_hollow_bar_and_a_range_is_where_the_bar_must_end() -> None:
    bands = {"exact": Band(2, 2), "range": Band(1, 3), "least": Band(low=1), "most": Band(high=3)}
    made = figure(Bars("each", "s", dict.fromkeys(bands, 2.0), bands))
    rows = {row["name"]: row for row in made.drawing["rows"]}
    end = rows["exact"]["length"]
    assert rows["exact"]["band"] == (0, pytest.approx(end))
    assert rows["range"]["band"] == (pytest.approx(end / 2), pytest.approx(end))
    assert rows["least"]["band"] == (pytest.approx(end / 2), pytest.approx(100 - end / 2))
    assert rows["most"]["band"] == (0, pytest.approx(1.5 * end))
    assert [row["words"] for row in rows.values()] == ["2", "1 to 3", "≥ 1", "≤ 3"]
    assert [row[2] for row in made.rows] == ["2", "1 to 3", "≥ 1", "≤ 3"]
    assert made.has_prediction


def test_a_limit_is_a_line_across_the_bars_and_told_below() -> None:
    made = figure(Bars("served", "clients", {"a": 10.0}, limits=(Bound(20, "the clients that came"),)))
    ((at, words),) = made.drawing["limits"]
    assert at == pytest.approx(2 * made.drawing["rows"][0]["length"])
    assert words == "20: the clients that came"
    assert "Dashed line: 20 is the clients that came." in made.notes


@pytest.mark.parametrize(
    ("value", "short", "long"),
    [(8.4e-05, "0.000084", "0.000084"), (-2.5e-7, "-0.00000025", "-0.00000025"), (0.00014, "0.00014", "0.00014"),
     (0.0, "0", "0"), (1e-4, "0.0001", "0.0001"), (9.99999e-5, "0.0001", "0.0000999999")],
)  # fmt: skip
def test_no_label_and_no_cell_has_a_power_of_ten(value: float, short: str, long: str) -> None:
    assert number(value) == short
    assert cell(value) == long


def test_bars_of_values_far_apart_have_a_logarithmic_axis_and_say_so() -> None:
    made = figure(Bars("each", "s", {"a": 1.0, "b": 10.0, "c": 100.0}, logarithmic=True))
    a, b, c = (row["length"] for row in made.drawing["rows"])
    assert b - a == pytest.approx(c - b)
    assert a > 0
    assert made.drawing["ticks"]
    assert any("logarithmic" in note for note in made.notes)


def test_a_predicted_span_is_a_box_in_its_lane() -> None:
    made = figure(Timeline("lanes", LANES, {"b": [Span(1, 2, "computing")]}))
    lane = made.drawing["lanes"]["b"]
    assert lane["predicted"][0]["width"] == pytest.approx(2 * lane["spans"][0]["width"])
    assert made.drawing["lanes"]["a"]["predicted"] == []


def test_a_name_has_the_same_look_in_every_figure_of_a_page() -> None:
    first = Curves("one", "n", "s", {"a": {1: 1.0}, "b": {1: 2.0}})
    second = TimeChart("two", "s", {"b": [(0.0, 1.0)], "c": [(0.0, 1.0)]})
    looks = figures.looks([first, second])
    assert looks == {"a": 0, "b": 1, "c": 2}
    chart = over_time(second, looks).drawing["charts"][0]
    marks = [shape.look for shape in chart.shapes if isinstance(shape, Stroke) and shape.look.startswith("mark")]
    found = {look.removesuffix(" key") for look in marks}
    assert found == {"mark s1", "mark s2"}
    assert figures.figure(Bars("three", "s", {"c": 1.0}), looks).drawing["rows"][0]["look"] == 2


def test_a_single_curve_keeps_its_name() -> None:
    for chart in charts(TimeChart("d", "open", {"server": [(0.0, 5.0), (1.0, 6.0)]})):
        assert "server" in words(chart)


def test_what_theory_allows_of_a_curve_is_an_area_around_it() -> None:
    allowed = {"a": {1.0: Band(1, 1), 10.0: Band(5, 20)}}
    made = figure(
        Curves("cost", "n", "s", {"a": {1: 1.0, 10: 10.0}}, predicted=allowed, guides={"slope 1": {1: 2.0, 10: 20.0}})
    )
    for chart in made.drawing["charts"]:
        (area,) = strokes(chart, "allowed s0")
        line = strokes(chart, "line s0")[0]
        low, high = area[1][1], area[2][1]
        assert low > line[1][1] > high
        assert "slope 1" in words(chart)


def test_what_theory_allows_at_one_percentile_is_a_box_there() -> None:
    made = figure(Percentiles("waits", "s", {"a": {"50 %": 1.0, "99 %": 2.0}}, {"a": {"99 %": Band(1.5, 2.5)}}))
    for chart in made.drawing["charts"]:
        (area,) = strokes(chart, "allowed s0")
        line = strokes(chart, "line s0")[0]
        assert min(x for x, _ in area) < line[1][0] < max(x for x, _ in area)


def test_both_axes_of_a_curve_are_logarithmic_or_none_is() -> None:
    near, far = {1.0: 1.0, 2.0: 2.0}, {1.0: 1.0, 2.0: 100.0}
    for points, told in ((near, False), (far, True)):
        made = figure(Curves("cost", "n", "s", {"a": points}))
        texts = words(made.drawing["charts"][0])
        assert ("n, logarithmic" in texts) == ("s, logarithmic" in texts) == told
        assert any("logarithmic" in note for note in made.notes) == told


def test_a_step_that_was_not_predicted_stands_below_the_predicted_one() -> None:
    drawing = figure(Steps("order", [("a", "1"), ("b", "2")], [("a", "1"), ("a", "3")])).drawing
    assert [(one["what"], one["look"]) for one in drawing["steps"]] == [
        ("1", "as-predicted"),
        ("3", "predicted"),
        ("2", "differs"),
    ]


def test_a_table_with_a_prediction_has_both_in_each_cell() -> None:
    made = figure(Grid("models", ["threads", "note"], {"fork": ["1", "x"]}, {"fork": ["2", ""]}))
    assert made.kind == "compared"
    assert made.drawing["rows"] == [("fork", [("1", "2"), ("x", "")])]


def test_the_highest_tick_fits_beside_its_axis() -> None:
    for chart in charts(Curves("cost", "n", "s", {"a": {1.0: 1.0, 1000.0: 1_000_000.0}})):
        ticks = [one for one in chart.shapes if isinstance(one, Words) and one.look == "tick" and one.anchor == "end"]
        assert all(one.x - width_of(one.text) >= 0 for one in ticks)


def test_the_time_axis_begins_where_the_program_does() -> None:
    chart = charts(TimeChart("d", "open", {"server": [(2.0, 5.0), (3.0, 6.0)]}))[0]
    (line,) = strokes(chart, "line s0")
    (axis,) = strokes(chart, "axis")[-1:]
    assert line[0][0] == pytest.approx(axis[0][0])


def test_spans_lie_where_they_were_in_time_and_kinds_differ_by_more_than_colour() -> None:
    made = figure(Timeline("lanes", LANES))
    computing, waiting, later = (span for lane in made.drawing["lanes"].values() for span in lane["spans"])
    assert waiting["left"] == pytest.approx(computing["left"] + computing["width"])
    assert later["width"] == pytest.approx(computing["width"] / 2)
    assert later["left"] + later["width"] <= 100
    assert (computing["kind"], waiting["kind"]) == (0, 1)
    assert made.drawing["kinds"] == {"computing": 0, "waiting": 1}
    assert ["a", "waiting", "1.000", "2.000"] in [list(row) for row in made.rows]


def test_a_proportional_cost_is_a_straight_line_by_logarithms_and_a_flat_one_stays_flat() -> None:
    series = {"select": {10.0**k: 2 * 10.0**k for k in range(2, 5)}, "epoll": {10.0**k: 3.0 for k in range(2, 5)}}
    chart = charts(Curves("cost", "idle", "µs", series))[0]
    (a, b, c), flat = strokes(chart, "line s0")[0], strokes(chart, "line s1")[0]
    assert b[1] - a[1] == pytest.approx(c[1] - b[1], abs=0.2)
    assert b[0] - a[0] == pytest.approx(c[0] - b[0], abs=0.2)
    assert len({y for _, y in flat}) == 1


def test_a_bound_that_was_come_near_to_is_drawn_where_it_is_and_told_below() -> None:
    near = TimeChart("d", "open", {"server": [(0.0, 5.0), (1.0, 512.0)]}, [Bound(512, "select takes 512")])
    chart = charts(near)[0]
    (bound,) = strokes(chart, "bound")
    assert bound[0][1] == bound[1][1] == strokes(chart, "line s0")[0][1][1]
    assert "512: select takes 512" in words(chart)
    assert "The line at 512: select takes 512." in figure(near).notes


def test_a_bound_far_away_would_flatten_everything_and_is_left_out() -> None:
    far = TimeChart("d", "open", {"server": [(0.0, 5.0), (1.0, 50.0)]}, [Bound(8192, "the soft limit")])
    assert strokes(charts(far)[0], "bound") == []
    assert figure(far).notes == []


def bounded(width: int, *values: float) -> list[Words]:
    """The words of bounds above a course that comes to the lowest."""
    bounds = [Bound(value, f"no more than {value}") for value in values]
    course = TimeChart("d", "open", {"server": [(0.0, 5.0), (1.0, min(values))], "other": [(0.0, 1.0)]}, bounds)
    chart = charts(course)[width]
    return [shape for shape in chart.shapes if isinstance(shape, Words) and shape.look == "bound"]


@pytest.mark.parametrize("width", [0, 1])
@pytest.mark.parametrize("values", [(1024, 1024), (1020, 1024), (1024, 1050, 1500), (1024, 1024, 1024)])
def test_the_words_of_bounds_that_lie_together_stand_apart(width: int, values: Sequence[float]) -> None:
    told = bounded(width, *values)
    assert len(told) == len(values)
    heights = sorted(shape.y for shape in told)
    assert all(below - above >= LINE - 0.01 for above, below in pairwise(heights))
    unit = 14  # where the unit stands
    assert heights[0] >= unit + LINE / 2


def test_a_bound_beyond_the_one_at_which_a_course_ends_is_left_out() -> None:
    bounds = [Bound(4096, "the limit"), Bound(1024, "the cliff"), Bound(900, "passed")]
    picture = TimeChart("d", "open", {"server": [(0.0, 5.0), (1.0, 1020.0)]}, bounds)
    assert [note for note in figure(picture).notes if "limit" in note] == []
    assert len(strokes(charts(picture)[0], "bound")) == 2


def test_between_numbers_of_what_is_counted_nothing_is_written() -> None:
    chart = charts(TimeChart("threads", "threads", {"server": [(0.0, 1.0), (1.0, 2.0)]}))[0]
    assert {"0", "1", "2"} <= set(words(chart))
    upwards = [shape.text for shape in chart.shapes if isinstance(shape, Words) and shape.anchor == "end"]
    assert "1.5" not in upwards


def test_moments_are_told_with_their_seconds() -> None:
    assert "Moments: ready at 0.50 s." in figure(COURSE).notes
    assert "ready" in words(charts(COURSE)[0])


def test_the_word_of_a_late_moment_ends_before_the_names_of_the_curves() -> None:
    late = TimeChart("d", "open", {"server": [(0.0, 5.0), (1.0, 505.0)]}, moments=[(1.0, "server died at last")])
    for chart in charts(late):
        (word,) = [one for one in chart.shapes if isinstance(one, Words) and one.look == "moment"]
        (axis, *_) = strokes(chart, "axis")[-1:]
        assert word.x + width_of(word.text) <= axis[1][0] + 0.1


def test_the_table_of_a_long_course_is_short_and_has_its_last_value() -> None:
    points = [(n / 10, float(n)) for n in range(1001)]
    rows = figure(TimeChart("d", "open", {"server": points})).rows
    assert len(rows) <= 62
    assert rows[-1] == ["100.00", "1000"]


def test_each_step_stands_in_the_column_of_who_did_it_and_knows_the_column_before() -> None:
    drawing = figure(Steps("order", [("a", "12"), ("b", "56"), ("b", "78")])).drawing
    assert drawing["names"] == ["a", "b"]
    placed = [(one["column"], one["before"], one["what"]) for one in drawing["steps"]]
    assert placed == [(0, 0, "12"), (1, 0, "56"), (1, 1, "78")]


def test_a_step_is_cut_where_a_program_printed_a_line_without_end() -> None:
    drawing = figure(Steps("order", [("a", "x" * 65_536)])).drawing
    assert width_of(drawing["steps"][0]["what"]) <= boxes.LONGEST_STEP


def test_the_longest_waits_have_as_much_room_as_the_common_ones() -> None:
    shares = {"50 %": 1.0, "99 %": 2.0, "all": 4.0}
    chart = charts(Percentiles("waits", "s", {"one": shares}))[0]
    (a, b, c) = strokes(chart, "line s0")[0]
    assert b[0] - a[0] == pytest.approx(c[0] - b[0])
    assert {"50 %", "99 %", "all"} <= set(words(chart))


def test_many_series_differ_by_their_marks_and_dashes() -> None:
    chart = charts(Curves("c", "n", "s", {f"series {n}": {1: n + 1.0, 2: n + 2.0} for n in range(9)}))[0]
    lines = [shape.look for shape in chart.shapes if isinstance(shape, Stroke) and shape.look.startswith("line")]
    assert len(set(lines)) == 9
    names = [shape for shape in chart.shapes if isinstance(shape, Words) and shape.text.startswith("series")]
    heights = sorted(shape.y for shape in names)
    assert all(after - one >= 15.9 for one, after in pairwise(heights))


def test_the_machines_have_their_limits_and_stand_behind_those_they_wait_for() -> None:
    scenario = epoll(100)
    made = topology(scenario, "scripted")
    assert [row[0] for row in made.rows] == list(scenario.services)
    ((server,), (client,)) = made.drawing["layers"]
    assert (server[0], client[0]) == ("server", "client")
    assert any(f"nofile {scenario.services['server'].nofile}" in text for text in server)
    assert "begins when server is ready" in client
    assert "begins when server is ready" in made.description


@given(st.floats(0, 1e9), st.floats(1e-6, 1e9), st.integers(2, 12))
def test_ticks_rise_within_the_axis_and_are_not_too_many(low: float, size: float, most: int) -> None:
    for scale in (scales.Linear(low, low + size), scales.Logarithmic(low + 1e-6, low + 1e-6 + size)):
        if scale.high <= scale.low * (1 + 1e-9):
            continue
        ticks = list(scale.ticks(most))
        assert len(ticks) <= most + 1
        assert ticks == sorted(ticks)
        assert all(-1e-6 <= scale.place(one) <= 1 + 1e-6 for one in ticks)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=0, max_value=1e12)))
def test_a_scale_that_fits_has_room_for_every_value(values: list[float]) -> None:
    scale = scales.fitting(values)
    assert all(-1e-9 <= scale.place(one) <= 1 + 1e-9 for one in values)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.0204, "0.0204"), (511, "511"), (1020, "1,020"), (28232, "28,230"), (1234567, "1,235,000")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert scales.number(value) == text


def test_a_label_that_is_too_long_is_cut_and_says_so() -> None:
    assert cut("short", 100) == "short"
    assert cut("x" * 100, 100).endswith("…")
    assert width_of(cut("x" * 100, 100)) <= 100


def test_of_an_output_without_end_only_what_a_label_can_show_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def cells(text: str) -> int:
        looked.append(len(text))
        return len(text)

    monkeypatch.setattr(shapes, "cell_len", cells)
    assert cut("x" * 65_536, 100) == f"{'x' * looked[-1]}…"
    assert max(looked) < 100


def test_no_value_of_a_table_is_a_power_of_ten_and_one_is_singular() -> None:
    made = figure(Bars("each", "clients", {"many": 1_101_820.0, "one": 1.0}))
    assert [row[1] for row in made.rows] == ["1101820", "1"]
    assert [row["value"] for row in made.drawing["rows"]] == ["1,102,000 clients", "1 client"]
