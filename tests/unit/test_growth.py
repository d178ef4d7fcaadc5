"""How a cost grows: synthetic series, with and without a fixed cost and noise, are told for what they are."""

import math
import random
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.theory import growth
from scenarios.theory.growth import FALLING, FLAT, LINEAR, N_LOG_N, QUADRATIC, UNKNOWN, fit

COUNTS = st.integers(6, 10)
LOWS = st.sampled_from([1, 10, 50, 100])
SPREADS = st.sampled_from([20, 50, 100])
SCALES = st.sampled_from([1e-6, 0.01, 1.0, 3000.0])
SEEDS = st.integers(0, 10**6)
NUMBERS = st.just(0.0) | st.floats(1e-9, 1e9)
# Each series is fitted a hundred times over.
FEWER = settings(max_examples=30)
# Of what is told at a confidence of 95 %, one in twenty may be wrong; noise that is bounded so is never that bad.
LITTLE = 0.02


def series(
    cost: Callable[[float], float], count: int, low: float, spread: float, noise: float = 0.0, seed: int = 0
) -> dict[float, float]:
    """The cost of `count` numbers from `low` on, each off by a part of up to `noise`."""
    chance = random.Random(seed)
    numbers = [low * spread ** (i / (count - 1)) for i in range(count)]
    return {n: cost(n) * (1 + chance.uniform(-noise, noise)) for n in numbers}


@FEWER
@given(count=COUNTS, low=LOWS, spread=SPREADS, scale=SCALES, seed=SEEDS)
def test_what_costs_the_same_is_flat(count: int, low: float, spread: float, scale: float, seed: int) -> None:
    found = fit(series(lambda n: scale, count, low, spread, 0.1, seed))
    assert found.kind == FLAT
    assert found.low is not None
    assert found.high is not None
    assert -growth.NEAR <= found.low <= found.high <= growth.NEAR


@FEWER
@given(count=COUNTS, low=LOWS, spread=SPREADS, scale=SCALES, seed=SEEDS, fixed=st.sampled_from([0, 0.5, 1, 3]))
def test_a_straight_line_is_linear_also_above_a_fixed_cost(
    count: int, low: float, spread: float, scale: float, seed: int, fixed: float
) -> None:
    """`fixed` is in costs of the smallest N."""
    found = fit(series(lambda n: scale * (fixed * low + n), count, low, spread, LITTLE, seed))
    assert found.kind == LINEAR
    assert found.exponent == pytest.approx(1, abs=growth.NEAR)


@FEWER
@given(count=COUNTS, low=LOWS, spread=SPREADS, scale=SCALES, seed=SEEDS)
def test_a_square_is_quadratic(count: int, low: float, spread: float, scale: float, seed: int) -> None:
    found = fit(series(lambda n: scale * (low**2 + n * n), count, low, spread, LITTLE, seed))
    assert found.kind == QUADRATIC
    assert found.exponent == pytest.approx(2, abs=growth.NEAR)


@FEWER
@given(count=COUNTS, low=st.sampled_from([10, 100]), spread=SPREADS, seed=SEEDS)
def test_n_log_n_is_named_or_named_beside_linear(count: int, low: float, spread: float, seed: int) -> None:
    found = fit(series(lambda n: n * math.log(n), count, low, spread, LITTLE / 2, seed))
    assert (found.kind, found.or_else) in ((LINEAR, N_LOG_N), (N_LOG_N, None), (UNKNOWN, None))
    assert N_LOG_N in fit(series(lambda n: n * math.log(n), count, low, spread)).named


def test_below_1_there_is_no_n_log_n() -> None:
    assert fit({n: n for n in (0.1, 0.2, 0.5, 1.0)}).named == LINEAR


def test_a_true_line_over_a_wide_range_is_told_from_n_log_n() -> None:
    assert fit(series(lambda n: 3 + n, 8, 10, 1000, 0.01)).or_else is None


@FEWER
@given(count=COUNTS, low=LOWS, spread=SPREADS, seed=SEEDS)
def test_what_lies_between_two_kinds_is_neither(count: int, low: float, spread: float, seed: int) -> None:
    found = fit(series(lambda n: n**1.5, count, low, spread, LITTLE / 2, seed))
    assert found.kind in ("between linear and quadratic", UNKNOWN)
    assert fit(series(lambda n: n**1.5, count, low, spread)).kind == "between linear and quadratic"


@FEWER
@given(count=COUNTS, low=LOWS, spread=SPREADS)
def test_what_gets_cheaper_is_not_flat(count: int, low: float, spread: float) -> None:
    assert fit(series(lambda n: 1 / n, count, low, spread)).kind == FALLING


def test_what_is_steeper_than_all_kinds_says_so() -> None:
    assert fit(series(lambda n: n**3.6, 6, 10, 20)).kind == "steeper than cubic"
    assert fit(series(lambda n: n**3, 6, 10, 20)).kind == "cubic"


@FEWER
@given(
    costs=st.lists(st.floats(1e-9, 1e9), min_size=4, max_size=12),
    scale=st.sampled_from([2.0**-10, 2.0**10]),
    stretch=st.sampled_from([2.0, 64.0]),
)
def test_whatever_the_values_are_the_units_of_cost_and_n_change_nothing(
    costs: list[float], scale: float, stretch: float
) -> None:
    some = {float(n): cost for n, cost in enumerate(costs, 1)}
    one, other = fit(some), fit({n * stretch: cost * scale for n, cost in some.items()})
    assert one.kind == other.kind
    assert one.exponent == pytest.approx(other.exponent, abs=0.02)


@FEWER
@given(costs=st.dictionaries(NUMBERS, NUMBERS, max_size=12), grain=st.sampled_from([0.0, 0.01]))
def test_any_series_is_told_or_there_is_a_reason(costs: Mapping[float, float], grain: float) -> None:
    found = fit(costs, grain)
    assert (found.kind == UNKNOWN) == (found.why is not None)
    assert found.exponent is None or found.low is None or found.low <= found.exponent <= (found.high or 0)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_values_are_not_told(count: int) -> None:
    found = fit({float(n): float(n) for n in range(1, count + 1)})
    assert (found.kind, found.why, found.exponent) == (UNKNOWN, f"{count} values are too few; 4 are needed", None)


def test_values_of_nothing_do_not_count() -> None:
    found = fit({1: 0.0, 2: 0.0, 3: 1.0, 4: 1.0, 5: 1.0})
    assert found.why == "3 values beside 2 of 0 are too few; 4 are needed"


def test_values_that_scatter_are_not_told() -> None:
    found = fit({50: 1.0, 100: 9.0, 200: 0.5, 400: 7.0, 800: 2.0})
    assert found.kind == UNKNOWN
    assert "scatter" in str(found.why)


def test_a_growth_that_a_fixed_cost_hides_is_flat_only_while_it_is_next_to_nothing() -> None:
    assert fit(series(lambda n: 10_000 + n, 6, 50, 20, 0.01)).kind == FLAT
    assert fit(series(lambda n: 500 + n, 6, 50, 20)).kind == LINEAR


@FEWER
@given(seed=SEEDS, low=st.sampled_from([20, 50]))
def test_a_cost_that_is_counted_in_grains_is_told_from_what_is_many_grains(seed: int, low: int) -> None:
    """Rounded to ticks of 0.01 s, the small costs are half wrong or nothing at all, and do not hide the growth."""
    exact = series(lambda n: n / 5000, 7, low, 200, 0.01, seed)
    found = fit({n: round(cost, 2) for n, cost in exact.items()}, grain=0.01)
    assert found.kind == LINEAR


def test_the_intervals_are_students() -> None:
    """From tables of Student's t, two-sided at 95 %."""
    tabled = {1: 12.706, 4: 2.776, 10: 2.228, 11: 2.201, 15: 2.131, 20: 2.086, 30: 2.042, 120: 1.980}
    assert {free: round(growth.student(free), 2) for free in tabled} == {
        free: round(value, 2) for free, value in tabled.items()
    }


@FEWER
@given(fixed=st.floats(0, 100), slope=st.floats(0, 100))
def test_the_straight_line_through_points_of_one_is_found(fixed: float, slope: float) -> None:
    found = growth.line([(n, fixed + slope * n) for n in (1.0, 2.0, 5.0, 9.0)])
    assert found == pytest.approx((fixed, slope), abs=1e-6)


def test_a_line_never_falls_and_never_begins_below_nothing() -> None:
    assert growth.line([(1, 3.0), (2, 2.0), (3, 1.0)]) == pytest.approx((2.0, 0.0))
    fixed, slope = growth.line([(1, 0.0), (2, 3.0), (3, 6.0)])
    assert fixed == 0.0
    assert slope > 0
