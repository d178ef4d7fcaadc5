"""Clicks: theory draws the same ones as the device, and bounds what a late poller can see of them."""

import dataclasses
import json
import math
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import families, spec
from scenarios.errors import LabError
from scenarios.families.base import Known
from scenarios.theory.clicks import Poller, kept_period, moments, spare
from tests.unit.made import evidence, service
from tests.unit.programs.process import ENVIRONMENT, command
from tests.unit.scripted import event

FAMILY = families.find("glances")
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


def test_the_device_clicks_when_theory_says() -> None:
    watcher = [*command("servers.await_devices"), "--port", "0", "--host", "127.0.0.1"]
    with subprocess.Popen(watcher, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as running:
        assert running.stdout is not None
        port = json.loads(running.stdout.readline())["port"]
        arguments = ("--clicks", "9", "--span", "0.5", "--seed", "3", f"127.0.0.1:{port}")
        subprocess.run(command("clients.clicker", *arguments), env=ENVIRONMENT, check=True, capture_output=True)
        running.stdout.readline()
        watched = json.loads(running.stdout.readline())
        running.kill()
    drawn = moments(9, 0.5, 3)
    assert watched["seen"] == list(range(1, 10))
    assert all(seen >= click for seen, click in zip(watched["noticed"], drawn, strict=True))


def test_a_prediction_counts_with_the_parameters() -> None:
    prediction = FAMILY.predict(Known(spec.load("polling-vs-events", {"clicks": "7", "keyboards": "0"}), LINUX))
    assert prediction.json()["seen"]["queue"] == 7
    assert prediction.json()["turns"]["queue"] == 8
    assert prediction.json()["seen"]["poller"] == prediction.json()["seen"]["in-turn"]


def test_silent_devices_that_end_when_a_poll_is_due_are_refused() -> None:
    with pytest.raises(LabError, match="too close to a multiple of the period"):
        spec.load("polling-vs-events", {"period": "0.3", "keyboards": "1", "blocking": "0.29"})


def test_the_delay_is_not_measured_when_a_click_was_never_noticed() -> None:
    watched = event("watched", seen=[1], noticed=[0.5], turns=2)
    run = evidence(*(service(name, watched, exit_status=0) for name in LINUX))
    run = dataclasses.replace(run, scenario=spec.load("polling-vs-events", {"clicks": "2"}))
    measured = FAMILY.measure(run)
    assert measured["delay"] == {"queue": None, "poller": None, "in-turn": None}
    assert measured["seen"] == {"queue": 1, "poller": 1, "in-turn": 1}
