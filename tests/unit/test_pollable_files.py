"""The family pollable_files: what it predicts, and how it measures."""

import pytest

from scenarios import families
from scenarios.definition import catalog
from scenarios.families.base import Known
from scenarios.families.pollable_files import ALWAYS, EPERM, WAITS
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("pollable_files")


def test_epoll_alone_refuses_what_never_waits() -> None:
    predicted = FAMILY.predict(Known(catalog.load("epoll-files", {"copies": "7"}), {}))
    answers = predicted.json()["answers"]
    assert len(answers) == 18
    assert [name for name, words in answers.items() if words == EPERM] == ["epoll: regular file", "epoll: /dev/null"]
    assert {words for name, words in answers.items() if not name.startswith("epoll")} == {ALWAYS, WAITS}
    assert predicted.facts["watched"] == 28


@pytest.mark.parametrize(
    ("first", "after", "words"),
    [
        (True, True, ALWAYS),
        (False, True, WAITS),
        (EPERM, EPERM, EPERM),
        (False, False, "False"),
        (True, False, "True, then False"),
    ],
)
def test_two_answers_are_told_in_words(first: object, after: object, words: str) -> None:
    said = event("asked", moment="at first", answers={"epoll": {"pipe": first}})
    said += event("asked", moment="after", answers={"epoll": {"pipe": after}})
    assert FAMILY.measure(evidence(service("program", said)))["answers"] == {"epoll: pipe": words}


def test_a_program_that_asked_nothing_has_no_answers() -> None:
    assert FAMILY.measure(evidence(service("program")))["answers"] == {}
