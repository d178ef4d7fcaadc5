"""Who runs when control is handed over by hand: theory's model, against greenlet itself."""

import pytest
from greenlet import greenlet
from hypothesis import given
from hypothesis import strategies as st

from scenarios.definition import catalog
from scenarios.errors import UsageError
from scenarios.families.base import Known
from scenarios.families.switching_order import FAMILY
from scenarios.families.switching_order.theory import (
    Action,
    Print,
    SwitchTo,
    from_inside,
    handed_round,
    plainly_called,
    run,
)
from scenarios.pictures import Grid, Steps
from tests.unit.builders import evidence, service

NAMES = ("a", "b", "c")
ACTIONS = st.lists(st.one_of(st.integers(0, 99).map(str).map(Print), st.sampled_from(NAMES).map(SwitchTo)), max_size=6)


def really_run(actions: dict[str, list[Action]]) -> tuple[list[str], list[str]]:
    """What greenlets print that do these things, and who is not dead afterwards."""
    printed: list[str] = []
    made: dict[str, greenlet] = {}

    def work(name: str) -> None:
        for action in actions[name]:
            if isinstance(action, Print):
                printed.append(action.line)
            else:
                made[action.name].switch()

    for name in actions:
        made[name] = greenlet(lambda name=name: work(name))
    made["a"].switch()
    return printed, [name for name, one in made.items() if not one.dead]


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, ACTIONS)))
def test_the_model_prints_what_greenlets_print(actions: dict[str, list[Action]]) -> None:
    model = run(actions, "a")
    printed, alive = really_run(actions)
    assert list(model.printed) == printed
    assert list(model.unfinished) == alive


def test_the_tutorials_two_greenlets_print_a1_b1_a2_b2_and_the_first_never_ends() -> None:
    done = run(handed_round(2, 2), "greenlet A")
    assert done.printed == ("A1", "B1", "A2", "B2", "greenlet B ends")
    assert done.unfinished == ("greenlet A",)


@given(st.integers(2, 20), st.integers(1, 10))
def test_everybody_prints_every_token_once_and_only_the_last_one_ends(greenlets: int, steps: int) -> None:
    done = run(handed_round(greenlets, steps), "greenlet A")
    assert len(set(done.printed)) == len(done.printed) == greenlets * steps + 1
    assert len(done.unfinished) == greenlets - 1


@given(st.integers(1, 10), st.integers(1, 10))
def test_a_plain_call_of_a_generator_runs_nothing_below_the_first_level(depth: int, steps: int) -> None:
    lines = plainly_called(depth, steps)
    assert (lines == from_inside(depth, steps)) == (depth == 1)
    assert ("step 1" in lines) == (depth == 1)


def test_the_measured_order_is_what_was_printed_and_not_what_was_reported() -> None:
    said = '{"event": "ready"}\nA1\nA2\n{"event": "over", "suspended": ["greenlet A"], "order": ["A1", "B1"]}\n'
    measured = FAMILY.measure(evidence(service("greenlets", said, exit_status=0)))
    assert measured["order"] == {"greenlets": ["A1", "A2"]}
    assert measured["suspended"] == {"greenlets": ["greenlet A"]}


def test_one_greenlet_alone_has_nobody_to_hand_over_to() -> None:
    with pytest.raises(UsageError, match="must be from 2 to 26"):
        catalog.load("greenlet-switch", {"greenlets": "1"})


def test_nothing_is_drawn_that_does_not_fit_on_a_screen() -> None:
    known = Known(catalog.load("greenlet-switch", {"greenlets": "9", "steps": "9"}), {"greenlets": "linux"})
    predicted = FAMILY.predict(known).json()
    assert FAMILY.scene(known.scenario, predicted, predicted) == ()


@pytest.mark.parametrize("name", ["greenlet-switch", "generator-vs-greenlet"])
def test_the_order_is_drawn_beside_the_predicted_one(name: str) -> None:
    known = Known(catalog.load(name), {})
    predicted = FAMILY.predict(known).json()
    (drawn,) = FAMILY.scene(known.scenario, predicted, predicted)
    assert isinstance(drawn, Steps | Grid)
    done = drawn.steps if isinstance(drawn, Steps) else drawn.rows
    assert done == drawn.predicted
    assert done
