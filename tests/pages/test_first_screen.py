"""The page of every family: the first screen has its lesson, the picture of it with the prediction, and one line."""

import re
from functools import cache
from pathlib import Path

import pytest

from scenarios import families
from scenarios.definition import catalog
from tests.engine.inv import inv
from tests.pages.browser import Tab
from tests.pages.layout import DESKTOP, MEASURE, PHONE, measured

ONLY_DOCKER = "win32"
AS_PREDICTED = re.compile(r"(\d+) of (\d+) as predicted")


def scenario_of(family: str) -> str:
    """The first scenario of a family that runs without containers."""
    for name in catalog.names():
        one = catalog.load(name)
        platforms = {service.platform for service in one.services.values()}
        if families.current_name(one.family) == family and ONLY_DOCKER not in platforms:
            return name
    raise AssertionError(f"{family} has no scenario that runs here")


@pytest.fixture(autouse=True)
def on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOLAB_ENGINE", "local")


@cache
def ran(name: str) -> tuple[Path, str, str]:
    """The page, the lesson and the verdict of a run. On a busy machine the verdict is an error, with a page too."""
    record = inv("scenario", name, "--json").record
    return Path(record["run"]) / "report.html", catalog.load(name).teaches, record["verdict"]


@pytest.mark.parametrize("family", families.names())
def test_the_first_screen_has_the_lesson_its_picture_with_the_prediction_and_how_much_came_true(
    tab: Tab, pictures: Path, family: str
) -> None:
    page, lesson, verdict = ran(scenario_of(family))
    for screen in (DESKTOP, PHONE):
        for dark in (False, True):
            seen = measured(tab, page, screen, dark=dark)
            assert seen["lead"] == lesson.replace("`", "")
            assert seen["predicted"], "the headline has no prediction"
            assert seen["drawing"] <= screen[1], "the headline ends below the first screen"
            assert seen["agreement"] <= screen[1]
            found = AS_PREDICTED.fullmatch(seen["agreed"])
            assert found
            if verdict == "pass":
                assert found[1] == found[2]
            assert seen["collapsed"] == (found[1] == found[2])
            tab.picture(pictures / f"{family}-{screen[0]}-{'dark' if dark else 'light'}.png")


@pytest.mark.parametrize("family", families.names())
def test_no_text_of_a_picture_is_cut_or_lies_over_another_and_the_console_is_silent(tab: Tab, family: str) -> None:
    page, *_ = ran(scenario_of(family))
    for screen in (DESKTOP, PHONE):
        seen = measured(tab, page, screen, dark=False)
        assert seen["overlapping"] == []
        assert seen["cut"] == []
        assert seen["width"] <= screen[0], "the page is wider than the screen"
    assert tab.console == []


def test_texts_that_overlap_or_are_cut_are_seen(tab: Tab) -> None:
    page, *_ = ran(scenario_of("readiness_cost"))
    measured(tab, page, DESKTOP, dark=False)
    tab.ask("document.querySelectorAll('#headline svg text').forEach((one) => one.setAttribute('y', 100)); 0")
    tab.ask("document.querySelector('#headline svg text').setAttribute('x', -90); 0")
    seen = tab.ask(MEASURE)
    assert seen["overlapping"]
    assert seen["cut"]
