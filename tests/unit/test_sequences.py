"""Who runs when control is handed over by hand: theory's model, against greenlet itself."""

import pytest
from greenlet import greenlet
from hypothesis import given
from hypothesis import strategies as st

from scenarios import spec
from scenarios.errors import UsageError
from scenarios.families.base import Known
from scenarios.families.sequences import FAMILY
from scenarios.theory.switching import Action, Print, SwitchTo, from_inside, handed_round, plainly_called, run
from tests.unit.made import evidence, service

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


def test_the_tutorials_two_greenlets_print_12_56_34_78_and_the_first_never_ends() -> None:
    done = run(handed_round(2, 2), "greenlet 1")
    assert done.printed == ("12", "56", "34", "78", "greenlet 2 ends")
    assert done.unfinished == ("greenlet 1",)


@given(st.integers(2, 20), st.integers(1, 10))
def test_everybody_prints_every_token_once_and_only_the_last_one_ends(greenlets: int, steps: int) -> None:
    done = run(handed_round(greenlets, steps), "greenlet 1")
    assert len(set(done.printed)) == len(done.printed) == greenlets * steps + 1
    assert len(done.unfinished) == greenlets - 1


@given(st.integers(1, 10), st.integers(1, 10))
def test_a_plain_call_of_a_generator_runs_nothing_below_the_first_level(depth: int, steps: int) -> None:
    lines = plainly_called(depth, steps)
    assert (lines == from_inside(depth, steps)) == (depth == 1)
    assert ("step 1" in lines) == (depth == 1)


def test_the_measured_order_is_what_was_printed_and_not_what_was_reported() -> None:
    said = '{"event": "ready"}\n12\n34\n{"event": "over", "suspended": ["greenlet 1"], "order": ["12", "56"]}\n'
    measured = FAMILY.measure(evidence(service("greenlets", said, exit_status=0)))
    assert measured["order"] == {"greenlets": ["12", "34"]}
    assert measured["suspended"] == {"greenlets": ["greenlet 1"]}


def test_one_greenlet_alone_has_nobody_to_hand_over_to() -> None:
    with pytest.raises(UsageError, match="must be from 2 to 50"):
        spec.load("greenlet-switch", {"greenlets": "1"})


def test_nothing_is_drawn_that_does_not_fit_on_a_screen() -> None:
    known = Known(spec.load("greenlet-switch", {"greenlets": "9", "steps": "9"}), {"greenlets": "linux"})
    orders = FAMILY.predict(known).facts["orders"]
    assert FAMILY.pictures({"order": orders, "suspended": {"greenlets": ["x"] * 8}}) == ()
