"""Clicks: theory draws the same ones as the device, and bounds what a late poller can see of them."""

import dataclasses
import json
import math
import subprocess

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import LabError, OutOfTime
from scenarios.families.base import Known
from scenarios.families.polling_vs_events.theory import Poller, kept_period, keys, moments, spare, wakes_a_second
from scenarios.pictures import Band, Bars, Timeline
from scenarios.results.sample import Sample
from tests.programs.process import ENVIRONMENT, command
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("polling_vs_events")
LINUX = dict.fromkeys(("queue", "poller", "in-turn", "clicker"), "linux")


def seen_by(looks: list[float], clicks: list[float]) -> int:
    """How many clicks were the last before one of the looks."""
    return len({sum(click <= look for click in clicks) for look in looks} - {0})


@given(
    seed=st.integers(0, 1000),
    clicks=st.integers(1, 40),
    period=st.floats(0.1, 2),
    shifts=st.lists(st.floats(0, 1), min_size=80, max_size=80),
)
def test_whoever_looks_a_little_late_sees_as_many_as_theory_allows(
    seed: int, clicks: int, period: float, shifts: list[float]
) -> None:
    late, drawn = period / 4, moments(clicks, 4.0, seed)
    looks = [number * period + late * shift for number, shift in enumerate(shifts)]
    looks = [look for look in looks if look <= 4.0 + 2 * period]
    low, high = Poller(period, late).seen(drawn)
    assert low <= seen_by(looks, drawn) <= high


@given(seed=st.integers(0, 1000), clicks=st.integers(1, 40), period=st.floats(0.1, 2))
def test_who_is_never_late_sees_exactly_the_last_click_of_each_period(seed: int, clicks: int, period: float) -> None:
    drawn = moments(clicks, 4.0, seed)
    looks = [number * period for number in range(math.ceil(4.0 / period) + 2)]
    expected = seen_by(looks, drawn)
    assert Poller(period, 0.0).seen(drawn) == (expected, expected)
    low, high = Poller(period, 0.0).delay(drawn)
    assert low == high
    assert 0 <= low <= period


@given(seed=st.integers(0, 1000), period=st.floats(0.1, 0.5))
def test_in_the_mean_a_click_waits_for_half_a_period(seed: int, period: float) -> None:
    low, _ = Poller(period, 0.0).delay(moments(2000, 30.0, seed))
    assert low == pytest.approx(period / 2, rel=0.15)


def test_silent_devices_are_read_one_after_the_other() -> None:
    assert kept_period(0.4, 0, 0.3) == 0.4
    assert kept_period(0.4, 3, 0.3) == pytest.approx(1.2)
    assert kept_period(0.1, 3, 0.1) == pytest.approx(0.4)
    assert spare(0.4, 3, 0.3) == pytest.approx(0.3)


def test_a_poller_looks_at_once_and_then_until_it_is_over() -> None:
    assert Poller(0.5, 0.0).looks(1.9) == (5, 5)
    assert Poller(0.5, 0.2).looks(1.9) == (5, 6)


@given(
    period=st.floats(0.1, 2),
    silent=st.integers(0, 5),
    blocking=st.floats(0.05, 1),
    idle=st.floats(1, 10),
    begin=st.floats(3, 6),
    shifts=st.lists(st.floats(0, 1), min_size=200, max_size=200),
)
def test_in_any_stretch_it_is_looked_as_often_as_theory_allows(
    period: float, silent: int, blocking: float, idle: float, begin: float, shifts: list[float]
) -> None:
    """Also where the stretch begins with a look that was held up, and a look is answered only then."""
    late, kept = period / 4, kept_period(period, silent, blocking)
    assume(spare(period, silent, blocking) >= late)
    due, looks, shift = 0.0, 0, iter(shifts)
    while (now := due + late * next(shift)) < begin + idle:
        held = begin if begin - 0.2 < now < begin else now
        looks += held >= begin
        due = period * (1 + math.floor((held + silent * blocking) / period + 1e-9))
    low, high = Poller(kept, late).looks_within(idle, period)
    assert low <= looks <= high


def test_who_looks_is_waked_by_the_clock_by_the_answer_and_by_each_silent_device() -> None:
    assert wakes_a_second(0.5, 0) == 4
    assert wakes_a_second(1.0, 3) == 5


def test_the_device_clicks_when_theory_says() -> None:
    watcher = [*command("servers.await_devices"), "--port", "0", "--host", "127.0.0.1"]
    with subprocess.Popen(watcher, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as running:
        assert running.stdout is not None
        port = json.loads(running.stdout.readline())["port"]
        arguments = ("--clicks", "9", "--span", "0.5", "--idle", "0.1", "--seed", "3", f"127.0.0.1:{port}")
        clicker = command("clients.clicker", *arguments)
        done = subprocess.run(clicker, env=ENVIRONMENT, check=True, capture_output=True, text=True)
        watched, idled = (json.loads(running.stdout.readline()) for _ in range(2))
        running.kill()
    drawn = moments(9, 0.5, 3)
    assert watched["seen"] == list(range(1, 10))
    assert all(seen >= click for seen, click in zip(watched["noticed"], drawn, strict=True))
    assert (idled["seen"], idled["turns"]) == ([], 1)
    clicked = next(json.loads(line) for line in done.stdout.splitlines() if '"clicked"' in line)
    assert clicked["told"] == [list(range(1, 10))]


def test_keys_are_typed_when_theory_says_on_the_keyboards_of_a_watcher_that_waits() -> None:
    watcher = [*command("servers.await_devices"), "--port", "0", "--host", "127.0.0.1", "--keyboards", "3"]
    with subprocess.Popen(watcher, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as running:
        assert running.stdout is not None
        port = json.loads(running.stdout.readline())["port"]
        arguments = ("--clicks", "4", "--keys", "7", "--span", "0.5", "--idle", "0.1", "--seed", "3")
        subprocess.run([*command("clients.clicker", *arguments), f"127.0.0.1:{port}/3"], env=ENVIRONMENT, check=True)
        watched, idled = (json.loads(running.stdout.readline()) for _ in range(2))
        running.kill()
    typed = keys(7, 4, 0.5, 3)
    assert sorted(watched["typed"]) == sorted(letter for _, letter in typed)
    assert all(pressed >= moment for pressed, (moment, _) in zip(watched["pressed"], typed, strict=True))
    assert (watched["seen"], watched["turns"], idled["typed"]) == ([1, 2, 3, 4], 12, "")


def test_a_watcher_that_waits_may_turn_once_for_each_key_too() -> None:
    given = {"clicks": "7", "keys": "5"}
    prediction = FAMILY.predict(Known(catalog.load("polling-vs-events", given), LINUX))
    assert prediction.json()["turns"]["queue"] == {"at_most": 13}


def test_keys_without_a_keyboard_are_refused() -> None:
    with pytest.raises(LabError, match="keys is 5: it must be 0 where keyboards is 0"):
        catalog.load("polling-vs-events", {"keyboards": "0", "keys": "5"})


def test_a_prediction_counts_with_the_parameters() -> None:
    prediction = FAMILY.predict(Known(catalog.load("polling-vs-events", {"clicks": "7", "keyboards": "0"}), LINUX))
    assert prediction.json()["seen"]["queue"] == 7
    assert prediction.json()["turns"]["queue"] == {"at_most": 8}
    assert prediction.json()["seen"]["poller"] == prediction.json()["seen"]["in-turn"]


def test_a_watcher_that_waits_takes_nothing_of_the_processor_while_nothing_happens() -> None:
    prediction = FAMILY.predict(Known(catalog.load("polling-vs-events"), LINUX))
    assert (prediction.json()["asked"]["queue"], prediction.json()["burnt"]["queue"]) == (0, 0)
    assert prediction.json()["burnt"]["poller"] == {"at_least": prediction.json()["asked"]["poller"][0]}
    assert prediction.relations["burnt"]


def test_pollers_that_hardly_look_while_nothing_happens_are_not_compared() -> None:
    prediction = FAMILY.predict(Known(catalog.load("polling-vs-events", {"idle": "1"}), LINUX))
    assert not prediction.relations["burnt"]


def test_what_a_watcher_had_of_the_processor_is_what_the_lab_saw() -> None:
    def look(moment: str, spent: float) -> Sample:
        return Sample(moment=moment, descriptors=5, watched=1, nofile_soft=64, nofile_hard=64, resident=1,
                      cpu_seconds=spent, all_cpu_seconds=spent, exact=True)  # fmt: skip

    seen = (look("still", 0.05), look("stirs", 0.0512))
    services = [dataclasses.replace(service(name), samples=seen) for name in ("queue", "poller", "in-turn")]
    said = event("clicked", turns=[0, 9, 5], told=[[], [], []]) + event("over", asked=[0, 8, 3])
    run = evidence(*services, service("clicker", said, exit_status=0))
    run = dataclasses.replace(run, scenario=catalog.load("polling-vs-events"))
    measured = FAMILY.measure(run)
    assert measured["asked"] == {"queue": 0, "poller": 8, "in-turn": 3}
    assert measured["burnt"] == {"queue": 1200, "poller": 1200, "in-turn": 1200}


def test_clicks_that_came_late_say_that_the_machine_is_busy() -> None:
    said = event("clicked", late=0.09, turns=[0, 9, 5], told=[[], [], []])
    services = [*(service(name) for name in ("queue", "poller", "in-turn")), service("clicker", said)]
    run = dataclasses.replace(evidence(*services), scenario=catalog.load("polling-vs-events"))
    with pytest.raises(OutOfTime, match=r"clicked 0.09 s late"):
        FAMILY.measure(run)


def test_silent_devices_that_end_when_a_poll_is_due_are_refused() -> None:
    with pytest.raises(LabError, match="too close to a multiple of the period"):
        catalog.load("polling-vs-events", {"period": "0.3", "keyboards": "1", "blocking": "0.29"})


def test_the_delay_is_not_measured_when_a_click_was_never_noticed() -> None:
    watched = event("watched", seen=[1], noticed=[0.5], turns=2)
    run = evidence(*(service(name, watched, exit_status=0) for name in LINUX))
    run = dataclasses.replace(run, scenario=catalog.load("polling-vs-events", {"clicks": "2"}))
    measured = FAMILY.measure(run)
    assert measured["delay"] == {"queue": None, "poller": None, "in-turn": None}
    assert measured["seen"] == {"queue": 1, "poller": 1, "in-turn": 1}


def test_each_click_is_drawn_as_seen_or_missed_in_the_periods_of_its_poller() -> None:
    scenario = catalog.load("polling-vs-events", {"clicks": "4", "period": "0.5"})
    predicted = FAMILY.predict(Known(scenario, LINUX)).json()
    counts = {key: dict.fromkeys(("queue", "poller", "in-turn"), 1) for key in ("seen", "burnt", "delay", "asked")}
    told = {"clicks": [0.1, 0.2, 0.6, 0.7], "seen_clicks": {"queue": [1, 2, 3, 4], "poller": [2, 4]}}
    drawn, seen, *_ = FAMILY.scene(scenario, {**counts, **told}, predicted)
    assert isinstance(drawn, Timeline)
    assert isinstance(seen, Bars)
    assert [mark.kind for mark in drawn.marks["queue"]] == ["seen"] * 4
    assert [mark.kind for mark in drawn.marks["poller"]] == ["missed", "seen", "missed", "seen"]
    assert [span.begin for span in drawn.predicted["poller"]][:3] == [0.0, 0.5, 1.0]
    assert "queue" not in drawn.predicted
    assert seen.predicted["queue"] == Band(4, 4)


def test_a_run_that_kept_no_clicks_is_drawn_without_them() -> None:
    scenario = catalog.load("polling-vs-events")
    predicted = FAMILY.predict(Known(scenario, LINUX)).json()
    counts = {key: dict.fromkeys(("queue", "poller", "in-turn"), 1) for key in ("seen", "burnt", "delay", "asked")}
    assert all(isinstance(one, Bars) for one in FAMILY.scene(scenario, counts, predicted))
