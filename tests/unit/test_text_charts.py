"""Pictures as the terminal shows them: the numbers are those of the data."""

import io

from rich.console import Console

from scenarios.pictures import Bars, Curves, Grid, Picture, Span, Steps, Timeline
from scenarios.report.text_charts import FULL, LESS, LONGEST_BAR, WIDTH, draw


def lines(picture: Picture) -> list[str]:
    """What is printed of a picture."""
    out = io.StringIO()
    console = Console(file=out, width=120, no_color=True)
    for part in draw(picture):
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


def test_a_flat_curve_stays_low_and_a_rising_one_rises() -> None:
    curves = Curves("cost", "idle", "µs", {"epoll": {100: 1.0, 1000: 1.0}, "select": {100: 1.0, 1000: 100.0}})
    _, epoll, select, counts = lines(curves)
    assert epoll.split() == ["epoll", "▁▁▁▁▁▁", "1", "to", "1", "µs"]
    assert select.split() == ["select", "▁▁▁███", "1", "to", "100", "µs"]
    assert counts.split() == ["idle:", "100,", "1000"]


def test_the_first_bar_beyond_a_cliff_begins_with_its_sign() -> None:
    points = {100.0: 1.0, 1000.0: 100.0, 2000.0: 100.0}
    curves = Curves("cost", "clients", "s", {"one": points, "other": points}, {"one": [1000], "none": [5]})
    _, one, other, _ = lines(curves)
    assert (one.split()[1], other.split()[1]) == ("▁▁▁┊█████", "▁▁▁██████")


def test_a_curve_of_many_points_is_not_wider_than_others() -> None:
    for count in (WIDTH // 2, WIDTH):
        _, line, *_ = lines(Curves("cost", "n", "s", {"one": {float(n): 1.0 for n in range(count)}}))
        assert len(line.split()[1]) <= WIDTH


def test_curves_over_other_numbers_say_which_and_an_empty_one_is_left_out() -> None:
    curves = Curves("memory", "waiting", "MiB", {"tasks": {100: 1.0, 1000: 9.0}, "threads": {10: 2.0}, "none": {}})
    _, tasks, threads = lines(curves)
    assert tasks.endswith("1 to 9 MiB for 100 to 1000")
    assert threads.endswith("2 to 2 MiB for 10 to 10")


def test_bars_are_as_long_as_their_values() -> None:
    _, low, high = lines(Bars("each", "s", {"one": 1.0, "two": 2.0}))
    assert 2 * low.count(FULL) == high.count(FULL) == LONGEST_BAR


def test_steps_stand_below_who_did_them() -> None:
    _, heads, first, second = lines(Steps("order", [("a", "12"), ("b", "56")]))
    assert heads.split() == ["a", "b"]
    assert first.index("12") == heads.index("a")
    assert second.index("56") == heads.index("b")


def test_a_grid_has_a_row_each_and_markup_is_text() -> None:
    _, heads, row = lines(Grid("models", ["threads", "note"], {"fork": ["1", "[bold]x"]}))
    assert heads.split() == ["threads", "note"]
    assert row.split() == ["fork", "1", "[bold]x"]


def test_nothing_to_draw_is_drawn_without_an_error() -> None:
    for empty in (Timeline("t", {}), Curves("t", "n", "s", {}), Bars("t", "s", {}), Steps("t", []), Grid("t", [], {})):
        assert lines(empty)[0] == "t"
