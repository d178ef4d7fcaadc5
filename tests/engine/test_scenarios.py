"""The catalog on a real engine: every scenario's prediction comes true, also with other parameters."""

import functools
import json
import random
from pathlib import Path
from typing import Any

import pytest

from scenarios.definition import catalog
from scenarios.theory import descriptors
from tests.engine.inv import inv, left_behind, run

WINDOWS = {
    name for name in catalog.names() if any(one.image == "windows" for one in catalog.load(name).services.values())
}
both_engines = pytest.mark.usefixtures("engine")

SEEDS = range(10)


@functools.cache
def whole_catalog(engine: str) -> tuple[int, dict[str, Any]]:
    """The exit status of the whole catalog, run once in one go, and each scenario's record."""
    done = inv("scenario", "--all", "--json", "--engine", engine)
    return done.status, {one["scenario"]: one for one in json.loads(done.stdout)["runs"]}


def test_the_whole_catalog_in_one_go_succeeds_and_leaves_nothing(engine: str) -> None:
    status, records = whole_catalog(engine)
    assert {name: one["problem"] for name, one in records.items() if one["verdict"] not in ("pass", "skip")} == {}
    assert (status, set(records)) == (0, set(catalog.names()))
    assert left_behind() == []


@pytest.mark.parametrize("name", catalog.names())
def test_every_scenario_of_the_catalog_passes_or_says_why_it_cannot_run(name: str, engine: str) -> None:
    found = whole_catalog(engine)[1][name]
    if engine == "local" and name in WINDOWS:
        assert (found["verdict"], found["measured"], found["run"]) == ("skip", None, None)
        assert "Windows image" in found["problem"]
    else:
        assert found["verdict"] == "pass", found
        assert (found["engine"], found["predicted"]["error"]) == (engine, found["measured"]["error"])


@pytest.mark.side_by_side
@both_engines
@pytest.mark.parametrize(
    ("nofile", "kind", "message"),
    [("1024", "OSError", descriptors.EMFILE), ("4096", "ValueError", descriptors.FD_OUT_OF_RANGE)],
)
def test_raising_the_limit_changes_the_error_of_select(nofile: str, kind: str, message: str) -> None:
    found = run("select-1100", "--nofile", nofile)
    error = found["measured"]["error"]
    assert (error["type"], error["message"]) == (kind, message)
    assert found["predicted"]["error"] == error
    assert error["at_client"] == found["measured"]["served"] + 1


@pytest.mark.engine
@pytest.mark.side_by_side
def test_windows_dies_where_its_select_is_full() -> None:
    found = run("windows-600")
    assert found["measured"]["served"] == descriptors.FD_SETSIZE["win32"] - descriptors.LISTENERS
    assert found["measured"]["error"]["message"] == descriptors.TOO_MANY_FDS
    evidence = json.loads((Path(found["run"]) / "evidence.json").read_text(encoding="utf-8"))
    assert evidence["services"]["server"]["platform"] == "win32"
    assert '"platform": "win32"' in (Path(found["run"]) / "logs" / "server.stdout").read_text(encoding="utf-8")


@pytest.mark.side_by_side
@both_engines
@pytest.mark.parametrize("seed", SEEDS)
def test_the_ladder_predicts_any_selector_clients_and_limit(seed: int) -> None:
    chance = random.Random(seed)
    selector = chance.choice(("select", "poll", "epoll"))
    clients, nofile = chance.randint(1, 1500), chance.randint(64, 4096)
    found = run(f"{selector}-500", "--clients", str(clients), "--nofile", str(nofile), "--set", "size=4KiB")
    assert found["predicted"] == found["measured"]
    assert found["measured"]["served"] <= clients


@pytest.mark.side_by_side
@both_engines
def test_thousands_of_clients_fit_into_one_epoll_client() -> None:
    found = run("epoll-500", "--clients", "5000", "--nofile", "6000", "--set", "model=epoll", "--set", "size=1KiB")
    assert found["measured"]["served"] == 5000


@pytest.mark.side_by_side
@both_engines
def test_the_pool_decides_how_many_latencies_a_fetch_takes() -> None:
    urls, latency, pool = 6, 0.3, 2
    measured = run("fetch", "--set", f"urls={urls}", "--set", f"latency={latency}", "--set", f"pool={pool}")["measured"]
    rounds = urls / pool
    assert measured["seconds"]["serial"] >= urls * latency
    assert measured["seconds"]["gevent-unpatched"] >= urls * latency
    assert rounds * latency <= measured["seconds"]["gevent"] < measured["seconds"]["serial"]
    assert rounds * latency <= measured["seconds"]["threads"] < measured["seconds"]["serial"]


@pytest.mark.side_by_side
@both_engines
def test_twenty_runs_of_one_scenario_have_one_verdict_and_leave_nothing() -> None:
    done = inv("scenario", "epoll-500", "--repeat", "20", "--clients", "50")
    assert done.status == 0, done.stdout
    assert "20 runs: 20 pass" in done.stdout
    assert left_behind() == []
