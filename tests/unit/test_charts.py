"""Charts: the numbers in them are the evidence's, in the drawing and in the table below it."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.pictures import Bars, Bound, Course, Curves, Grid, Percentiles, Picture, Span, Steps, Timeline
from scenarios.report.charts import scales, shapes
from scenarios.report.charts.figures import figure
from scenarios.report.charts.shapes import LINE, NARROW, WIDE, Box, Chart, Stroke, Words, cut, width_of
from scenarios.report.charts.topology import topology
from tests.unit.scripted import epoll

LANES = {"a": [Span(0, 1, "computing"), Span(1, 2, "waiting")], "b": [Span(1.5, 2, "computing")]}
COURSE = Course(
    "descriptors", "open", {"server": [(0.0, 5.0), (1.0, 505.0)]}, [Bound(1024, "the soft limit")], [(0.5, "ready")]
)
EVERY: Sequence[Picture] = (
    Timeline("lanes", LANES),
    Curves("cost", "idle", "µs", {"epoll": {100: 1.0, 1000: 1.1}, "select": {100: 1.0, 1000: 100.0}}),
    COURSE,
    Percentiles("waits", "s", {"honest": {"50 %": 0.1, "99 %": 0.9}, "naive": {"50 %": 0.1, "99 %": 0.2}}),
    Bars("each", "s", {"one": 1.0, "two": 2.0}),
    Steps("order", [("a", "12"), ("b", "56"), ("a", "34")]),
    Grid("models", ["threads", "note"], {"fork": ["1", "x"]}),
)  # fmt: skip
EMPTY: Sequence[Picture] = (
    Timeline("t", {}),
    Curves("t", "n", "s", {"none": {}}),
    Course("t", "s", {"none": []}),
    Percentiles("t", "s", {}),
    Bars("t", "s", {}),
    Steps("t", []),
    Grid("t", [], {}),
)


def words(chart: Chart) -> list[str]:
    return [shape.text for shape in chart.shapes if isinstance(shape, Words)]


def boxes(chart: Chart, look: str) -> list[Box]:
    return [shape for shape in chart.shapes if isinstance(shape, Box) and look in shape.look]


def strokes(chart: Chart, look: str) -> list[list[tuple[float, float]]]:
    """The points of the lines of that look."""
    found = [shape.d for shape in chart.shapes if isinstance(shape, Stroke) and shape.look == look]
    return [[(float(x), float(y)) for x, y in re.findall(r"[ML](\S+?) ([^MLZ]+)", d)] for d in found]


@pytest.mark.parametrize("picture", EVERY, ids=lambda one: type(one).__name__)
def test_every_kind_of_picture_has_a_table_and_all_but_a_table_are_drawn_wide_and_narrow(picture: Picture) -> None:
    made = figure(picture)
    assert made.title == picture.title
    assert made.rows
    assert all(len(row) == len(made.columns) for row in made.rows)
    if not isinstance(picture, Grid):
        wide, narrow = made.charts
        assert wide.width <= WIDE
        assert narrow.width <= NARROW
        assert made.description


@pytest.mark.parametrize("picture", EMPTY, ids=lambda one: type(one).__name__)
def test_nothing_to_draw_makes_no_drawing_and_no_error(picture: Picture) -> None:
    assert list(figure(picture).charts) == []


@pytest.mark.parametrize("picture", EVERY, ids=lambda one: type(one).__name__)
def test_no_shape_lies_outside_its_drawing(picture: Picture) -> None:
    for chart in figure(picture).charts:
        for shape in chart.shapes:
            if isinstance(shape, Box):
                assert -0.1 <= shape.x <= shape.x + shape.width <= chart.width + 0.1
                assert -0.1 <= shape.y <= shape.y + shape.height <= chart.height + 0.1
            if isinstance(shape, Words):
                at = shape.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor] * width_of(shape.text)
                assert at >= -12, shape
                assert shape.y <= chart.height, shape


def test_the_bars_are_as_long_as_their_values_and_say_them() -> None:
    made = figure(Bars("each", "s", {"one": 1.0, "two": 2.5}))
    one, two = boxes(made.charts[0], "span")
    assert two.width == pytest.approx(2.5 * one.width)
    assert {"1 s", "2.5 s"} <= set(words(made.charts[0]))
    assert list(made.rows) == [["one", "1"], ["two", "2.5"]]


def test_spans_lie_where_they_were_in_time_and_kinds_differ_by_more_than_colour() -> None:
    made = figure(Timeline("lanes", LANES))
    computing, waiting, later = boxes(made.charts[0], "span")[:3]
    assert waiting.x == pytest.approx(computing.x + computing.width)
    assert later.width == pytest.approx(computing.width / 2)
    assert (computing.look, waiting.look) == ("span k0", "span k1")
    assert ["a", "waiting", "1.000", "2.000"] in [list(row) for row in made.rows]


def test_a_proportional_cost_is_a_straight_line_by_logarithms_and_a_flat_one_stays_flat() -> None:
    series = {"select": {10.0**k: 2 * 10.0**k for k in range(2, 5)}, "epoll": {10.0**k: 3.0 for k in range(2, 5)}}
    chart = figure(Curves("cost", "idle", "µs", series)).charts[0]
    (a, b, c), flat = strokes(chart, "line s0")[0], strokes(chart, "line s1")[0]
    assert b[1] - a[1] == pytest.approx(c[1] - b[1], abs=0.2)
    assert b[0] - a[0] == pytest.approx(c[0] - b[0], abs=0.2)
    assert len({y for _, y in flat}) == 1


def test_a_bound_that_was_come_near_to_is_drawn_where_it_is_and_told_below() -> None:
    near = Course("d", "open", {"server": [(0.0, 5.0), (1.0, 512.0)]}, [Bound(512, "select takes 512")])
    made = figure(near)
    (bound,) = strokes(made.charts[0], "bound")
    assert bound[0][1] == bound[1][1] == strokes(made.charts[0], "line s0")[0][1][1]
    assert "512: select takes 512" in words(made.charts[0])
    assert "The line at 512: select takes 512." in made.notes


def test_a_bound_far_away_would_flatten_everything_and_is_left_out() -> None:
    made = figure(Course("d", "open", {"server": [(0.0, 5.0), (1.0, 50.0)]}, [Bound(8192, "the soft limit")]))
    assert strokes(made.charts[0], "bound") == []
    assert made.notes == []


def bounded(width: int, *values: float) -> list[Words]:
    """The words of bounds above a course that comes to the lowest."""
    bounds = [Bound(value, f"no more than {value}") for value in values]
    course = Course("d", "open", {"server": [(0.0, 5.0), (1.0, min(values))], "other": [(0.0, 1.0)]}, bounds)
    chart = figure(course).charts[width]
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
    made = figure(Course("d", "open", {"server": [(0.0, 5.0), (1.0, 1020.0)]}, bounds))
    assert [note for note in made.notes if "limit" in note] == []
    assert len(strokes(made.charts[0], "bound")) == 2


def test_between_numbers_of_what_is_counted_nothing_is_written() -> None:
    made = figure(Course("threads", "threads", {"server": [(0.0, 1.0), (1.0, 2.0)]}))
    assert {"0", "1", "2"} <= set(words(made.charts[0]))
    upwards = [shape.text for shape in made.charts[0].shapes if isinstance(shape, Words) and shape.anchor == "end"]
    assert "1.5" not in upwards


def test_names_that_are_too_long_beside_their_bars_stand_whole_above_them() -> None:
    name = "too many file descriptors in select()"
    wide, narrow = figure(Bars("walls", "clients", {"came": 600.0, name: 511.0})).charts
    for chart, is_above in ((wide, False), (narrow, True)):
        told = next(shape for shape in chart.shapes if isinstance(shape, Words) and shape.text == name)
        assert (told.y < boxes(chart, "span")[1].y) == is_above


def test_moments_are_told_with_their_seconds() -> None:
    assert "Moments: ready at 0.50 s." in figure(COURSE).notes
    assert "ready" in words(figure(COURSE).charts[0])


def test_the_table_of_a_long_course_is_short_and_has_its_last_value() -> None:
    points = [(n / 10, float(n)) for n in range(1001)]
    rows = figure(Course("d", "open", {"server": points})).rows
    assert len(rows) <= 62
    assert rows[-1] == ["100.00", "1000"]


def test_each_step_stands_in_the_column_of_who_did_it_and_an_arrow_leads_there() -> None:
    chart = figure(Steps("order", [("a", "12"), ("b", "56"), ("b", "78")])).charts[0]
    first, second, third = boxes(chart, "step")
    assert first.x < second.x == third.x
    assert first.y < second.y < third.y
    assert sum(isinstance(shape, Stroke) and shape.look == "arrow" for shape in chart.shapes) == 1


def test_the_longest_waits_have_as_much_room_as_the_common_ones() -> None:
    shares = {"50 %": 1.0, "99 %": 2.0, "all": 4.0}
    chart = figure(Percentiles("waits", "s", {"one": shares})).charts[0]
    (a, b, c) = strokes(chart, "line s0")[0]
    assert b[0] - a[0] == pytest.approx(c[0] - b[0])
    assert {"50 %", "99 %", "all"} <= set(words(chart))


def test_many_series_differ_by_their_marks_and_dashes() -> None:
    chart = figure(Curves("c", "n", "s", {f"series {n}": {1: n + 1.0, 2: n + 2.0} for n in range(9)})).charts[0]
    lines = [shape.look for shape in chart.shapes if isinstance(shape, Stroke) and shape.look.startswith("line")]
    assert len(set(lines)) == 9
    names = [shape for shape in chart.shapes if isinstance(shape, Words) and shape.text.startswith("series")]
    heights = sorted(shape.y for shape in names)
    assert all(after - one >= 15.9 for one, after in pairwise(heights))


def test_the_machines_have_their_limits_and_an_arrow_from_whom_is_waited_for() -> None:
    scenario = epoll(100)
    made = topology(scenario, "scripted")
    assert [row[0] for row in made.rows] == list(scenario.services)
    for chart in made.charts:
        assert len(boxes(chart, "machine")) == len(scenario.services)
        assert sum(isinstance(shape, Stroke) and shape.look == "arrow" for shape in chart.shapes) == 1
        assert any(f"nofile {scenario.services['server'].nofile}" in text for text in words(chart))


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
