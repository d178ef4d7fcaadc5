"""Sweeps and comparisons of real runs, on each engine: what costs flat and what linear, where the cliff is."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from scenarios.results import run_directories, sweep_record
from scenarios.theory.descriptors import FD_OUT_OF_RANGE, FD_SETSIZE, open_before_first_client
from scenarios.theory.growth import FLAT, LINEAR, UNKNOWN
from tests.engine.inv import Done, inv, left_behind, start

TRIES = 3
both_engines = pytest.mark.usefixtures("engine")
PATIENCE = 300  # seconds for one point and for what an interrupt takes down


def swept(*arguments: str, status: int = 0) -> dict[str, Any]:
    """What a sweep of these arguments comes to, after making sure that it ended as it should."""
    done = inv("sweep", *arguments, "--json")
    assert done.status == status, done.stderr + done.stdout
    return done.record


def growths(told: dict[str, Any]) -> dict[str, str]:
    """The kind of growth of each curve."""
    return {curve["name"]: curve["growth"]["kind"] for curve in told["curves"]}


@both_engines
def test_epoll_is_told_flat_and_select_and_poll_linear_without_any_flag() -> None:
    # On a machine that others use the lab may honestly not be able to tell, and measures again.
    for _ in range(TRIES):
        told = swept("readiness-cost")
        if UNKNOWN not in growths(told).values():
            break
    assert {one["verdict"] for one in told["points"]} == {"pass"}
    assert growths(told) == {"select": LINEAR, "poll": LINEAR, "epoll": FLAT}, told["curves"]
    assert left_behind() == []


@pytest.mark.side_by_side
@both_engines
def test_the_cliff_of_select_is_marked_at_the_number_of_theory() -> None:
    nofile = 4096
    told = swept("select-1100", "--clients", "900..1100", "--points", "3", "--set", f"nofile={nofile}",
                 "--set", "size=1KiB")  # fmt: skip
    (cliff,) = told["cliffs"]
    # The first client whose descriptor does not fit into select's set.
    at = FD_SETSIZE["linux"] - open_before_first_client("select") + 1
    assert (cliff["at"], cliff["before"], cliff["after"]["message"]) == (at, None, FD_OUT_OF_RANGE)
    assert cliff["below"] < at < cliff["above"]
    assert cliff["measured"] == ["no error", f"server: ValueError: {FD_OUT_OF_RANGE} at client {at}"]
    assert {one["verdict"] for one in told["points"]} == {"pass"}


@pytest.mark.side_by_side
@both_engines
def test_an_interrupted_sweep_leaves_nothing_and_goes_on_where_it_was() -> None:
    arguments = ("sweep", "epoll-500", "--clients", "20,30,40", "--set", "size=1KiB")
    running = start(*arguments)
    assert running.stdout
    first = running.stdout.readline()
    assert first.startswith("pass   clients 20"), first
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=PATIENCE)
    assert running.returncode == 128 + signal.SIGINT, told
    assert "of 3 points are done; continue with: `./inv sweep epoll-500 --set clients=20,30,40" in told
    assert "--resume`" in told
    assert left_behind() == []
    done = inv(*arguments, "--resume")
    assert done.status == 0, done.stdout + done.stderr
    assert "pass   clients 20" not in done.stdout
    assert "3 runs: 3 pass" in done.stdout


def compared(*arguments: str) -> Done:
    """Two runs, compared."""
    done = inv("compare", *arguments)
    assert done.status == 0, done.stderr
    return done


@pytest.mark.side_by_side
@both_engines
def test_two_real_runs_are_compared() -> None:
    few, many = (swept("epoll-500", "--set", f"clients={n},{n + 1}", "--set", "size=1KiB")["points"][0]
                 for n in (20, 60))  # fmt: skip
    told = json.loads(compared(few["run"], many["run"], "--json").stdout)
    assert told["parameters"] == {"clients": [20, 60]}
    assert [one["served"] for one in told["predicted"]] == [one["served"] for one in told["measured"]] == [20, 60]
    before = open_before_first_client("epoll")
    assert told["resources"]["server"]["open descriptors"] == [before + 20, before + 60]
    assert told["seconds"]["total"][0] > 0
    shown = compared(run_directories.run_of(Path(few["run"])), many["run"]).stdout
    assert "predicted, first" in shown
    assert "clients   20" in shown


@pytest.mark.side_by_side
@both_engines
def test_a_sweep_is_kept_where_it_says() -> None:
    done = inv("sweep", "epoll-500", "--set", "clients=5,6", "--set", "size=1KiB")
    (page,) = [line.rpartition(": ")[2] for line in done.stdout.splitlines() if " are beside the page: " in line]
    assert Path(page).is_file()
    assert sweep_record.load(Path(page).parent).complete
