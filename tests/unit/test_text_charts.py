"""Pictures as the terminal shows them: the numbers are those of the data."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from scenarios.pictures import Band, Bars, Bound, Curves, Grid, Mark, Percentiles, Picture, Span, Steps, Timeline
from scenarios.report.text_boxes import BOTH, FULL, LESS, LIMIT, LONGEST_BAR, ONE_VALUE, WIDTH
from scenarios.report.text_charts import draw, folded


def lines(picture: Picture, columns: int = 120) -> list[str]:
    """What is printed of a picture."""
    out = io.StringIO()
    console = Console(file=out, width=columns, no_color=True)
    for part in draw(picture, columns):
        console.print(part)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_timeline_has_a_lane_each_and_spans_where_they_were() -> None:
    lanes = {"a": [Span(0, 1, "computing"), Span(1, 2, "waiting")], "b": [Span(1, 2, "computing")]}
    title, first, second, scale, legend = lines(Timeline("three tasks", lanes))
    assert title == "three tasks"
    assert (first.count(FULL), first.count(LESS)) == (WIDTH // 2, WIDTH // 2)
    assert first.index(FULL) < first.index(LESS)
    assert second.index(FULL) == first.index(LESS)
    assert scale.split() == ["0", "2.00", "s"]
    assert legend.split() == [FULL, "computing", LESS, "waiting"]


def test_a_span_too_short_for_a_character_is_seen() -> None:
    assert lines(Timeline("t", {"a": [Span(0, 10, "waiting"), Span(5, 5.001, "computing")]}))[1].count(LESS) == 1


def heights(line: str) -> str:
    """The bars of a curve's line."""
    return "".join(one for one in line if one in "▁▂▃▄▅▆▇█┊")


def test_a_flat_curve_stays_low_and_a_rising_one_rises() -> None:
    curves = Curves("cost", "idle", "µs", {"epoll": {100: 1.0, 1000: 1.0}, "select": {100: 1.0, 1000: 100.0}})
    _, epoll, select, scale = lines(curves)
    assert set(heights(epoll)) == {"▁"}
    assert "1 to 1 µs" in epoll
    assert heights(select) == "".join(sorted(heights(select)))
    assert "1 to 100 µs" in select
    assert scale.split(":") == ["  idle", " 100 to 1,000; both axes are logarithmic"]


def test_a_proportional_cost_rises_as_much_with_each_doubling_beside_its_guide() -> None:
    cost = {50.0 * 2**k: 2.0 * 2**k for k in range(6)}
    _, select, guide, scale = lines(Curves("cost", "idle", "µs", {"select": cost}, guides={"slope 1": cost}))
    assert heights(select) == heights(guide)
    counts = [heights(select).count(bar) for bar in "▂▃▄▅▆▇"]
    assert max(counts) - min(counts) <= 1, "a straight line"
    assert scale.endswith("both axes are logarithmic")


def test_the_first_bar_beyond_a_cliff_is_its_sign() -> None:
    points = {100.0: 1.0, 1000.0: 100.0, 2000.0: 100.0}
    curves = Curves("cost", "clients", "s", {"one": points, "other": points}, {"one": [1000], "none": [5]})
    _, one, other, _ = lines(curves)
    assert heights(one).count("┊") == 1
    assert set(heights(one).partition("┊")[2]) == {"▇"} or "█" in heights(one).partition("┊")[2]
    assert "┊" not in heights(other)


def test_curves_over_other_numbers_say_which_and_an_empty_one_is_left_out() -> None:
    curves = Curves("memory", "waiting", "MiB", {"tasks": {100: 1.0, 1000: 9.0}, "threads": {10: 2.0}, "none": {}})
    _, tasks, threads, _ = lines(curves)
    assert tasks.endswith("1 to 9 MiB for 100 to 1,000")
    assert threads.endswith("2 to 2 MiB for 10 to 10")


def test_bars_are_as_long_as_their_values() -> None:
    _, low, high = lines(Bars("each", "s", {"one": 1.0, "two": 2.0}))
    assert abs(2 * low.count(FULL) - high.count(FULL)) <= 1
    assert LONGEST_BAR / 2 < high.count(FULL) <= LONGEST_BAR


def test_a_predicted_range_is_drawn_behind_its_bar_and_told() -> None:
    _, within, above, legend = lines(Bars("each", "s", {"a": 2.0, "b": 4.0}, {"a": Band(1, 3), "b": Band(2)}))
    assert within.index(FULL) < within.index(BOTH) < within.index(LESS)
    assert "2 s (predicted 1 to 3)" in within
    assert "4 s (predicted ≥ 2)" in above
    assert LESS in legend


def test_a_predicted_value_is_a_line_where_the_bar_should_end() -> None:
    _, right, wrong, *_ = lines(Bars("each", "s", {"a": 2.0, "b": 1.0}, {"a": Band(2, 2), "b": Band(2, 2)}))
    assert right.index(ONE_VALUE) == wrong.index(ONE_VALUE)
    assert right.index(ONE_VALUE) == right.rindex(FULL) + 1
    assert wrong.rindex(FULL) + 1 < wrong.index(ONE_VALUE)


def test_a_limit_is_a_line_that_is_told_below() -> None:
    _, bar, legend = lines(Bars("served", "clients", {"served": 10}, limits=(Bound(20, "the clients that came"),)))
    assert bar.index(LIMIT) > bar.rindex(FULL)
    assert "20 is the clients that came" in legend


def test_marks_and_predicted_spans_stand_in_their_lanes() -> None:
    picture = Timeline(
        "clicks", {}, {"a": [Span(0, 1, "poll"), Span(1, 2, "poll")]}, {"a": [Mark(0.5, "missed"), Mark(1.5, "seen")]}
    )
    _, lane, foreseen, _, legend = lines(picture)
    assert 0 < lane.index("●") < lane.index("×")
    assert foreseen.count("├") == foreseen.count("┤") == 2
    assert "predicted" in legend


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_no_line_of_a_picture_is_longer_than_the_terminal(columns: int) -> None:
    names = {f"a server with a name {n}": 10.0**n for n in range(6)}
    cells = {name: ["as predicted"] * 6 for name in names}
    pictures: list[Picture] = [
        Bars("bars", "clients", names, {name: Band(low=1) for name in names}, (Bound(20, "the limit of all " * 5),)),
        Timeline("lanes", {name: [Span(0, value, "asleep")] for name, value in names.items()}),
        Curves("curves", "N", "µs", {name: {1: 1.0, 2: value} for name, value in names.items()}),
        Grid("grid", [f"column {n}" for n in range(6)], cells, {name: ["other"] * 6 for name in names}),
        Percentiles("shares", "s", {name: dict.fromkeys(("50 %", "90 %", "99 %"), 1.0) for name in names}),
    ]
    for picture in pictures:
        assert max(map(len, lines(picture, columns))) <= columns, picture.title


def test_a_long_line_breaks_between_words_and_hangs_below_its_text() -> None:
    first, second = folded("teaches    one two three four", 22)
    assert (first, second) == ("teaches    one two", "           three four")
    assert folded("  check-it one two", 12) == ["  check-it", "    one two"]


def test_steps_stand_below_who_did_them() -> None:
    _, heads, first, second = lines(Steps("order", [("a", "12"), ("b", "56")]))
    assert heads.split() == ["a", "b"]
    assert first.index("12") == heads.index("a")
    assert second.index("56") == heads.index("b")


def test_a_step_that_differs_has_the_predicted_one_beside_it() -> None:
    done = [("a", "12"), ("b", "56")]
    *_, told = lines(Steps("order", done, done))
    assert told.strip() == "every step as predicted"
    *_, last = lines(Steps("order", done, [("a", "12"), ("a", "34")]))
    assert last.endswith("predicted a 34")


def test_a_cell_says_whether_it_came_out_as_predicted() -> None:
    _, _, row = lines(Grid("models", ["right", "wrong", "free"], {"x": ["1", "2", "3"]}, {"x": ["1", "5", ""]}))
    assert [part.strip() for part in row.split("  ") if part.strip()] == ["x", "1 ✓", "2 (predicted 5)", "3"]


def test_a_grid_has_a_row_each_and_markup_is_text() -> None:
    _, heads, row = lines(Grid("models", ["threads", "note"], {"fork": ["1", "[bold]x"]}))
    assert heads.split() == ["threads", "note"]
    assert row.split() == ["fork", "1", "[bold]x"]


def test_nothing_to_draw_is_drawn_without_an_error() -> None:
    for empty in (Timeline("t", {}), Curves("t", "n", "s", {}), Bars("t", "s", {}), Steps("t", []), Grid("t", [], {})):
        assert lines(empty)[0] == "t"


def test_curves_with_a_long_guide_and_a_prediction_fit_eighty_columns() -> None:
    cost = {50.0: 0.486, 800.0: 0.482}
    picture = Curves(
        "cost", "idle", "µs", {"epoll": cost}, predicted={"epoll": {800.0: Band(0.243, 0.972)}},
        guides={"slope 1: proportional": cost},
    )  # fmt: skip
    assert all(cell_len(str(part)) <= 80 for part in draw(picture, 80))
