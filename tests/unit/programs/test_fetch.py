"""The origin and the fetchers as real processes: the same bytes, and times that theory orders."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from labs.programs import pages
from scenarios import theory
from tests.unit.programs.process import run, serving

URLS, LATENCY = 6, 0.2


def fetched(port: int, fetcher: str, *arguments: str) -> dict[str, Any]:
    """A fetcher's report, after making sure that it verified everything."""
    settings = ("--urls", str(URLS), "--latency", str(LATENCY), *arguments)
    status, events = run(f"clients.fetch_{fetcher}", "--port", str(port), *settings)
    assert [event["event"] for event in events] == ["ready", "calibrated", "fetched"]
    assert status == 0
    assert events[-1]["verified"] == URLS
    assert events[-1]["bytes"] == theory.page_bytes(URLS)
    return events[-1]


def test_serial_and_unpatched_wait_for_each_answer_and_the_others_for_all_at_once() -> None:
    with serving("servers.origin") as (ready, _):
        times = {
            name: fetched(ready["port"], name)["seconds"]
            for name in ("serial", "threads", "gevent", "gevent_unpatched")
        }
    assert min(times["serial"], times["gevent_unpatched"]) >= URLS * LATENCY
    assert max(times["threads"], times["gevent"]) < times["serial"] / 2


@pytest.mark.parametrize("fetcher", ["threads", "gevent"])
def test_a_pool_of_two_takes_half_of_serials_latencies(fetcher: str) -> None:
    with serving("servers.origin") as (ready, _):
        report = fetched(ready["port"], fetcher, "--pool", "2")
    assert report["pool"] == 2
    assert report["seconds"] >= URLS / 2 * LATENCY


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The address of an origin."""
    with serving("servers.origin") as (ready, _):
        yield f"http://127.0.0.1:{ready['port']}"


@pytest.mark.parametrize(
    "path",
    ["/", "/page", "/page?number=1", "/page?latency=0", "/page?number=x&latency=0", "/page?number=1.5&latency=0"]
    + [f"/page?number=1&latency={latency}" for latency in ("soon", "-1", "nan", "inf")],
)
def test_a_request_that_the_origin_does_not_understand_is_a_400(origin: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400") as raised:
        urllib.request.urlopen(origin + path)
    raised.value.close()


def test_the_origin_answers_only_a_get(origin: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400") as raised:
        urllib.request.urlopen(f"{origin}/page?number=1&latency=0", data=b"")
    raised.value.close()


@pytest.mark.parametrize("number", range(4))
def test_the_three_sizes_of_the_tutorial_take_turns(origin: str, number: int) -> None:
    with urllib.request.urlopen(f"{origin}/page?number={number}&latency=0") as response:
        assert int(response.headers["Content-Length"]) == (48708, 478886, 55867)[number % 3]
        assert response.read() == pages.page(number)


def test_a_fetcher_notices_a_body_that_is_not_right(monkeypatch: pytest.MonkeyPatch) -> None:
    from labs.programs.clients import fetching

    with serving("servers.origin") as (ready, _):
        page = fetching.Page(f"127.0.0.1:{ready['port']}", 0, 0.0)
        assert fetching.fetch(page) == (pages.SIZES[0], True)
        monkeypatch.setattr(fetching, "digest", lambda _: "another")
        assert fetching.fetch(page) == (pages.SIZES[0], False)
