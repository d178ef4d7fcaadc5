"""Theory against a simulation that hands out descriptors one by one, and against the facts that are known of the
limits.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import spec, theory
from scenarios.errors import UsageError
from scenarios.outcome import Failure, Outcome
from scenarios.theory import Cost, Server, descend, fetch_seconds

SELECTORS = st.sampled_from(["select", "poll", "epoll"])
COSTS = st.floats(0, 0.1, allow_nan=False)


def simulated(selector: str, platform: str, soft: int | None, open_before: int, clients: int) -> tuple[int, str | None]:
    """Clients served and the error's text, found by taking the lowest free descriptor for each client in turn."""
    taken = set(range(open_before))
    registered = {"listener": open_before - 1}
    for client in range(clients):
        descriptor = min(set(range(len(taken) + 1)) - taken)
        if soft is not None and descriptor >= soft:
            return client, theory.EMFILE
        taken.add(descriptor)
        registered[str(client)] = descriptor
        if selector == "select":
            if platform != "win32" and any(number >= theory.FD_SETSIZE[platform] for number in registered.values()):
                return client, theory.FD_OUT_OF_RANGE
            if len(registered) > theory.FD_SETSIZE[platform]:
                return client, theory.TOO_MANY_FDS
    return clients, None


@given(SELECTORS, st.integers(16, 1100), st.integers(4, 12), st.integers(1, 1100))
def test_the_ladder_is_what_a_simulation_of_the_kernels_rules_finds(
    selector: str, soft: int, open_before: int, clients: int
) -> None:
    served, _, message, _ = descend(Server(selector, "linux", soft, open_before), clients)
    assert (served, message) == simulated(selector, "linux", soft, open_before, clients)


@given(st.integers(1, 600))
def test_on_windows_only_the_count_in_one_list_matters(clients: int) -> None:
    served, _, message, _ = descend(Server("select", "win32", None, theory.LISTENERS), clients)
    assert (served, message) == simulated("select", "win32", None, theory.LISTENERS, clients)


@given(SELECTORS, st.integers(16, 4096), st.integers(1, 5000))
def test_a_higher_limit_never_serves_fewer(selector: str, soft: int, clients: int) -> None:
    base = theory.open_before_first_client(selector)
    lower, higher = (descend(Server(selector, "linux", limit, base), clients)[0] for limit in (soft, soft + 1))
    assert lower <= higher <= clients


@given(st.sampled_from(["poll", "epoll"]), st.integers(16, 20000), st.integers(1, 28232))
def test_poll_and_epoll_know_no_limit_but_nofile(selector: str, soft: int, clients: int) -> None:
    base = theory.open_before_first_client(selector)
    served, kind, _, _ = descend(Server(selector, "linux", soft, base), clients)
    assert served == min(clients, soft - base)
    assert kind == (None if served == clients else "OSError")


def test_raising_the_limit_changes_the_error_of_select_at_the_same_client() -> None:
    at_1024, at_4096 = (
        theory.predict(spec.load("select-1100", {"nofile": nofile}), {"server": "linux"}).outcome.error
        for nofile in ("1024", "4096")
    )
    assert at_1024 is not None
    assert at_4096 is not None
    assert (at_1024.type, at_4096.type) == ("OSError", "ValueError")
    assert at_1024.at_client == at_4096.at_client


def test_a_file_beside_each_socket_halves_what_select_serves() -> None:
    """The tutorial's own server opens a file for each client: about 510 clients, as measured."""
    served, kind, message, _ = descend(Server("select", "linux", 4096, 4, per_client=2), 1100)
    assert (served, kind, message) == (510, "ValueError", theory.FD_OUT_OF_RANGE)
    assert descend(Server("select", "linux", 1024, 4, per_client=2), 1100)[1] == "OSError"


def test_the_reason_names_the_client_and_the_limit_that_decide() -> None:
    prediction = theory.predict(spec.load("epoll-500", {"nofile": "64"}), {"server": "linux"})
    assert prediction.outcome.served == 59
    assert "client 60" in prediction.reason
    assert "64" in prediction.reason


@pytest.mark.parametrize(("platform", "selector"), [("linux", "epoll"), ("darwin", "kqueue"), ("win32", "select")])
def test_the_default_selector_depends_on_the_platform(platform: str, selector: str) -> None:
    assert theory.selector_on(platform, "default") == selector


def test_a_selector_that_the_platform_lacks_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="win32 has no epoll"):
        theory.predict(spec.load("windows-500", {"selector": "epoll"}), {"server": "win32"})


@given(st.integers(1, 200), st.floats(0.01, 2), st.integers(0, 250), COSTS)
def test_serial_is_never_predicted_faster_than_concurrent(urls: int, latency: float, pool: int, cost: float) -> None:
    serial = fetch_seconds("serial", urls, latency, pool, Cost(cost, cost))
    concurrent = fetch_seconds("concurrent", urls, latency, pool, Cost(cost, cost))
    assert concurrent[0] <= serial[0]
    assert concurrent[1] <= serial[1]


@given(st.integers(1, 200), st.floats(0.01, 2), st.integers(0, 250), COSTS)
def test_a_bounds_low_end_is_below_its_high_end(urls: int, latency: float, pool: int, cost: float) -> None:
    for mode in ("serial", "concurrent"):
        low, high = fetch_seconds(mode, urls, latency, pool, Cost(cost, cost))
        assert 0 < low <= high


@pytest.mark.parametrize(("pool", "latencies"), [(0, 1), (1, 6), (2, 3), (4, 2), (5, 2), (6, 1), (100, 1)])
def test_a_pool_takes_as_many_latencies_as_it_has_rounds(pool: int, latencies: int) -> None:
    low, high = fetch_seconds("concurrent", 6, 1.0, pool, Cost(0, 0))
    assert low == latencies
    assert high == latencies * theory.ROOM


def test_a_client_that_is_slow_itself_sets_the_lower_bound() -> None:
    low, _ = fetch_seconds("concurrent", 100, 0.1, 0, Cost(elapsed=0.02, cpu=0.015))
    assert low == 100 * 0.015 / theory.ROOM


def test_pages_take_the_tutorials_sizes_in_turn() -> None:
    assert theory.page_bytes(4) == 2 * 48708 + 478886 + 55867


def test_the_programs_serve_the_sizes_that_theory_counts() -> None:
    from labs.programs import pages

    assert pages.SIZES == theory.PAGE_SIZES
    assert [len(pages.page(number)) for number in range(3)] == list(theory.PAGE_SIZES)


def test_the_right_error_at_the_wrong_client_does_not_agree() -> None:
    def outcome(client: int) -> Outcome:
        return Outcome(served=59, error=Failure(service="server", type="OSError", message="m", at_client=client))

    assert theory.agrees(outcome(60), outcome(60))
    assert not theory.agrees(outcome(60), outcome(61))


def test_seconds_agree_within_their_bounds_and_only_for_the_same_fetchers() -> None:
    predicted = Outcome(seconds={"serial": (1.0, 2.0)}, bytes=5)
    assert theory.agrees(predicted, Outcome(seconds={"serial": 1.5}, bytes=5))
    assert not theory.agrees(predicted, Outcome(seconds={"serial": 2.1}, bytes=5))
    assert not theory.agrees(predicted, Outcome(seconds={"serial": 1.5}, bytes=4))
    assert not theory.agrees(predicted, Outcome(seconds={}, bytes=5))
