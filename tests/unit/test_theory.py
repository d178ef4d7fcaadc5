"""Theory against a simulation that hands out descriptors one by one, and against what is known of the limits."""

import dataclasses
import heapq
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scenarios import families
from scenarios.definition import catalog
from scenarios.definition.scenario import Scenario
from scenarios.errors import UsageError
from scenarios.families.base import Known, Prediction
from scenarios.families.fetch import PAGE_SIZES, page_bytes
from scenarios.theory import descriptors
from scenarios.theory.descriptors import Server, first_limit
from scenarios.theory.waiting import ROOM, START, Cost, concurrent_seconds, serial_seconds
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

SELECTORS = st.sampled_from(["select", "poll", "epoll"])
COSTS = st.floats(0, 0.1, allow_nan=False)
# Most of what can go wrong does so around the limits themselves.
AROUND = st.one_of(st.integers(16, 2100), st.integers(500, 520), st.integers(1010, 1040))


def predicted(scenario: Scenario, platforms: dict[str, str]) -> Prediction:
    """What the scenario's family predicts before anything ran."""
    return families.find(scenario.family).predict(Known(scenario, platforms))


def simulated(server: Server, clients: int) -> tuple[int, str | None]:
    """Clients served and the error's text, found by handing out descriptors to one client after the other.

    The kernel gives the lowest free descriptor, below the soft limit; then CPython looks at what select is given.
    """
    size = descriptors.FD_SETSIZE[server.platform]
    free, watched = server.open_before, [server.open_before - 1]  # nothing is ever closed, so the next number is free
    for client in range(clients):
        taken = range(free, free + server.per_client)
        if server.soft is not None and taken[-1] >= server.soft:
            return client, descriptors.EMFILE
        free += server.per_client
        watched.append(taken[0])
        if server.selector == "select":
            if server.platform != "win32" and watched[-1] >= size:
                return client, descriptors.FD_OUT_OF_RANGE
            if len(watched) > size:
                return client, descriptors.TOO_MANY_FDS
    return clients, None


@settings(max_examples=300)
@given(SELECTORS, AROUND, st.integers(1, 12), AROUND, st.integers(1, 3))
@example("select", 1024, 4, 1100, 1)
@example("select", 1025, 4, 1100, 1)
@example("select", 4096, 5, 1100, 2)
@example("select", 4096, 1, 1100, 1)
def test_the_ladder_is_what_a_simulation_of_the_kernels_rules_finds(
    selector: str, soft: int, open_before: int, clients: int, per_client: int
) -> None:
    server = Server(selector, "linux", soft, open_before, per_client)
    served, kind, message, reason = first_limit(server, clients)
    assert (served, message) == simulated(server, clients)
    assert kind == {None: None, descriptors.EMFILE: "OSError"}.get(message, "ValueError")
    assert (re.search(rf"client {served + 1}\b", reason) is None) == (message is None)


@pytest.mark.parametrize("platform", ["linux", "win32"])
@pytest.mark.parametrize("open_before", [1, 2, 3, 4])
def test_without_an_rlimit_only_selects_own_limits_are_left(platform: str, open_before: int) -> None:
    server = Server("select", platform, None, open_before)
    for clients in (1, 510, 511, 512, 513, 1019, 1020, 1021, 1022, 1023, 1024, 1025):
        served, _, message, _ = first_limit(server, clients)
        assert (served, message) == simulated(server, clients)


def test_windows_serves_one_client_less_than_its_select_takes_sockets() -> None:
    served, kind, message, reason = first_limit(Server("select", "win32", None, descriptors.LISTENERS), 600)
    assert (served, kind, message) == (descriptors.FD_SETSIZE["win32"] - 1, "ValueError", descriptors.TOO_MANY_FDS)
    assert "client 512 and the listener" in reason
    assert first_limit(Server("select", "win32", None, descriptors.LISTENERS), 511)[1] is None


@pytest.mark.parametrize(
    ("soft", "kind", "message"),
    [(1024, "OSError", descriptors.EMFILE), (4096, "ValueError", descriptors.FD_OUT_OF_RANGE)],
)
def test_a_clean_select_server_serves_1020_and_the_limit_decides_how_it_fails(
    soft: int, kind: str, message: str
) -> None:
    server = Server("select", "linux", soft, descriptors.open_before_first_client("select"))
    assert first_limit(server, 1100)[:3] == (1020, kind, message)


@given(SELECTORS, AROUND, st.integers(0, 2000), st.integers(1, 5000), st.integers(1, 3))
def test_a_higher_limit_never_serves_fewer(selector: str, soft: int, more: int, clients: int, per_client: int) -> None:
    base = descriptors.open_before_first_client(selector)
    lower, higher = (
        first_limit(Server(selector, "linux", limit, base, per_client), clients)[0] for limit in (soft, soft + more)
    )
    assert lower <= higher <= clients


@given(SELECTORS, AROUND, st.integers(1, 3000))
def test_one_more_client_is_served_or_refused_and_changes_nothing_for_the_others(
    selector: str, soft: int, clients: int
) -> None:
    server = Server(selector, "linux", soft, descriptors.open_before_first_client(selector))
    fewer, more = first_limit(server, clients), first_limit(server, clients + 1)
    assert more[0] - fewer[0] in (0, 1)
    assert fewer[1] is None or more == fewer


@given(st.sampled_from(["poll", "epoll"]), st.integers(16, 20000), st.integers(1, 28232))
def test_poll_and_epoll_know_no_limit_but_nofile(selector: str, soft: int, clients: int) -> None:
    base = descriptors.open_before_first_client(selector)
    served, kind, _, _ = first_limit(Server(selector, "linux", soft, base), clients)
    assert served == min(clients, soft - base)
    assert kind == (None if served == clients else "OSError")


def test_raising_the_limit_changes_the_error_of_select_at_the_same_client() -> None:
    at_1024, at_4096 = (
        predicted(catalog.load("select-1100", {"nofile": nofile}), {"server": "linux"}).json()["error"]
        for nofile in ("1024", "4096")
    )
    assert (at_1024["type"], at_4096["type"]) == ("OSError", "ValueError")
    assert at_1024["at_client"] == at_4096["at_client"]


def test_a_file_beside_each_socket_halves_what_select_serves() -> None:
    """The tutorial's own server opens a file for each client: about 510 clients, as measured."""
    served, kind, message, _ = first_limit(Server("select", "linux", 4096, 4, per_client=2), 1100)
    assert (served, kind, message) == (510, "ValueError", descriptors.FD_OUT_OF_RANGE)
    assert first_limit(Server("select", "linux", 1024, 4, per_client=2), 1100)[1] == "OSError"


def test_the_reason_names_the_client_and_the_limit_that_decide() -> None:
    prediction = predicted(catalog.load("epoll-500", {"nofile": "64"}), {"server": "linux"})
    assert prediction.json()["served"] == 59
    assert "client 60" in prediction.reason
    assert "64" in prediction.reason


@pytest.mark.parametrize(("platform", "selector"), [("linux", "epoll"), ("darwin", "kqueue"), ("win32", "select")])
def test_the_default_selector_depends_on_the_platform(platform: str, selector: str) -> None:
    assert descriptors.selector_on(platform, "default") == selector


def test_a_selector_that_the_platform_lacks_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="win32 has no epoll"):
        predicted(catalog.load("windows-500", {"selector": "epoll"}), {"server": "win32"})


@given(st.integers(1, 200), st.floats(0.01, 2), st.integers(0, 250), COSTS)
def test_serial_is_never_predicted_faster_than_concurrent(urls: int, latency: float, pool: int, cost: float) -> None:
    serial = serial_seconds(urls, latency, Cost(cost, cost))
    concurrent = concurrent_seconds(urls, latency, pool, Cost(cost, cost))
    assert concurrent[0] <= serial[0]
    assert concurrent[1] <= serial[1]


def makespan(urls: int, latency: float, pool: int) -> float:
    """Seconds until all are fetched when whoever of `pool` is free takes the next one."""
    free_at = [0.0] * (pool or urls)
    for _ in range(urls):
        heapq.heapreplace(free_at, free_at[0] + latency)
    return max(free_at)


@given(st.integers(1, 100), st.integers(1, 50), st.integers(0, 120))
def test_a_pool_waits_as_long_as_a_simulation_of_its_workers(urls: int, latency: int, pool: int) -> None:
    low, high = concurrent_seconds(urls, float(latency), pool, Cost(0, 0))
    assert low == makespan(urls, float(latency), pool)
    assert high == low * ROOM + START


@given(st.integers(1, 100), st.floats(0.01, 2), st.integers(1, 120), COSTS)
def test_a_larger_pool_is_never_predicted_slower(urls: int, latency: float, pool: int, cost: float) -> None:
    smaller, larger, boundless = (
        concurrent_seconds(urls, latency, size, Cost(cost, cost)) for size in (pool, pool + 1, 0)
    )
    assert boundless[0] <= larger[0] <= smaller[0]
    assert boundless[1] <= larger[1] <= smaller[1]


@given(st.integers(1, 100), st.floats(0.01, 2), COSTS, COSTS)
def test_a_pool_of_one_is_serial_but_for_what_may_overlap(
    urls: int, latency: float, elapsed: float, cpu: float
) -> None:
    cost = Cost(elapsed, min(cpu, elapsed))
    one, serial = concurrent_seconds(urls, latency, 1, cost), serial_seconds(urls, latency, cost)
    assert one[1] == serial[1]
    assert serial[0] <= one[1]


@given(st.integers(1, 200), st.floats(0.01, 2), st.integers(0, 250), COSTS)
def test_a_bounds_low_end_is_below_its_high_end(urls: int, latency: float, pool: int, cost: float) -> None:
    spent = Cost(cost, cost)
    for low, high in (serial_seconds(urls, latency, spent), concurrent_seconds(urls, latency, pool, spent)):
        assert 0 < low <= high


@pytest.mark.parametrize(("pool", "words"), [("0", "wait for 1 latency"), ("2", "3 latencies"), ("4", "2 latencies")])
def test_the_reason_of_a_fetch_counts_the_rounds_of_its_pool(pool: str, words: str) -> None:
    prediction = predicted(catalog.load("fetch", {"pool": pool}), {})
    assert words in prediction.reason
    assert prediction.json()["bytes"] == 5 * page_bytes(6)


def test_a_fetchers_own_cost_widens_its_bounds_alone() -> None:
    fetch = catalog.load("fetch")
    run = dataclasses.replace(evidence(service("gevent", event("calibrated", cost=0.1, cpu=0.05))), scenario=fetch)
    before = predicted(fetch, {}).json()["seconds"]
    after = families.find(fetch.family).predict(Known(fetch, {}, run)).json()["seconds"]
    assert [name for name in before if before[name] != after[name]] == ["gevent"]


def test_a_client_that_is_slow_itself_sets_the_lower_bound() -> None:
    low, _ = concurrent_seconds(100, 0.1, 0, Cost(elapsed=0.02, cpu=0.015))
    assert low == 100 * 0.015 / ROOM


def test_pages_take_the_tutorials_sizes_in_turn() -> None:
    assert page_bytes(4) == 2 * 48708 + 478886 + 55867


def test_the_programs_serve_the_sizes_that_theory_counts() -> None:
    from labs.programs import pages

    assert pages.SIZES == PAGE_SIZES
    assert [len(pages.page(number)) for number in range(3)] == list(PAGE_SIZES)
