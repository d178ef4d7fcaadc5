"""The origin and the fetchers as real processes: the same bytes, and times that theory orders."""

import json
import signal
import socket
import struct
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from labs.programs import pages
from scenarios.families import fetch
from tests.programs.process import run, serving

# Real processes take their time; fast tests are others.
pytestmark = pytest.mark.side_by_side

URLS, LATENCY = 6, 0.2


def fetched(port: int, fetcher: str, *arguments: str) -> dict[str, Any]:
    """A fetcher's report, after making sure that it verified everything."""
    settings = ("--urls", str(URLS), "--latency", str(LATENCY), *arguments)
    status, events = run(f"clients.fetch_{fetcher}", "--port", str(port), *settings)
    assert [event["event"] for event in events] == ["ready", "calibrated", "fetched"]
    assert status == 0
    assert events[-1]["verified"] == URLS
    assert events[-1]["bytes"] == fetch.page_bytes(URLS)
    return events[-1]


def test_serial_and_unpatched_wait_for_each_answer_and_the_others_for_all_at_once() -> None:
    with serving("servers.origin") as (ready, _):
        times = {
            name: fetched(ready["port"], name)["seconds"]
            for name in ("serial", "threads", "gevent", "asyncio", "gevent_unpatched")
        }
    assert min(times["serial"], times["gevent_unpatched"]) >= URLS * LATENCY
    assert max(times["threads"], times["gevent"], times["asyncio"]) < times["serial"] / 2


@pytest.mark.parametrize("fetcher", ["threads", "gevent", "asyncio"])
def test_a_pool_of_two_takes_half_of_serials_latencies(fetcher: str) -> None:
    with serving("servers.origin") as (ready, _):
        report = fetched(ready["port"], fetcher, "--pool", "2")
    assert report["pool"] == 2
    assert report["seconds"] >= URLS / 2 * LATENCY


def test_the_origin_counts_what_it_served_to_each_fetcher() -> None:
    with serving("servers.origin") as (ready, _):
        fetched(ready["port"], "threads")
        fetched(ready["port"], "asyncio")
        with urllib.request.urlopen(f"http://127.0.0.1:{ready['port']}/served") as response:
            served = json.load(response)
        with urllib.request.urlopen(f"http://127.0.0.1:{ready['port']}/most") as response:
            most = json.load(response)
    numbers = [str(number) for number in range(URLS)]
    each = {"0.0": dict.fromkeys(numbers, 3), str(LATENCY): dict.fromkeys(numbers, 1)}
    assert served == {"threads": each, "asyncio": each}
    assert {name: at_once["0.0"] for name, at_once in most.items()} == {"threads": 1, "asyncio": 1}
    assert all(1 <= at_once[str(LATENCY)] <= URLS for at_once in most.values())


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
        page = fetching.Page(("127.0.0.1", ready["port"]), 0, 0.0)
        first = fetching.fetch(page)
        assert (first.count, first.right) == (pages.SIZES[0], True)
        monkeypatch.setattr(fetching, "digest", lambda _: "another")
        second = fetching.fetch(page)
        assert (second.count, second.right) == (pages.SIZES[0], False)
    assert first.begun < first.ended <= second.begun < second.ended


def descriptors(pid: int) -> int:
    """How many descriptors a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def until(reached: Callable[[], bool]) -> None:
    """Returns once it is so."""
    deadline = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("resets", [False, True])
def test_a_client_that_leaves_during_its_latency_gives_its_descriptor_back_at_once(resets: bool) -> None:
    with serving("servers.origin") as (ready, process):
        before = descriptors(process.pid)
        leaving = [socket.create_connection(("127.0.0.1", ready["port"])) for _ in range(20)]
        for sock in leaving:
            sock.sendall(b"GET /page?number=0&latency=3600 HTTP/1.1\r\n\r\nand more")
        until(lambda: descriptors(process.pid) == before + 20)
        for sock in leaving:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", resets, 0))
            sock.close()
        until(lambda: descriptors(process.pid) == before)


def test_an_origin_out_of_descriptors_tries_once_a_second_and_takes_next_to_no_processor() -> None:
    with serving("servers.origin", nofile=32) as (ready, process), ExitStack() as stack:
        of_its_start = cpu_seconds(process.pid)
        for _ in range(600):
            stack.enter_context(socket.create_connection(("127.0.0.1", ready["port"])))
        until(lambda: descriptors(process.pid) == 32)
        begun, before = time.monotonic(), cpu_seconds(process.pid)
        time.sleep(4)
        took, seconds = cpu_seconds(process.pid) - before, time.monotonic() - begun
        process.kill()
        assert process.stderr is not None
        lines = process.stderr.read().splitlines()
    attempts = int(lines[-1].rpartition("(")[2].split()[0])
    assert 1 <= attempts <= seconds + 3
    assert len(lines) <= attempts
    assert took < of_its_start


def test_an_origin_takes_as_many_waiting_clients_as_its_backlog_says() -> None:
    with serving("servers.origin") as (ready, process), ExitStack() as stack:
        before = descriptors(process.pid)
        process.send_signal(signal.SIGSTOP)
        for _ in range(300):
            stack.enter_context(socket.create_connection(("127.0.0.1", ready["port"]), timeout=20))
        process.send_signal(signal.SIGCONT)
        until(lambda: descriptors(process.pid) == before + 300)


def test_an_origin_out_of_descriptors_says_so_in_few_words_and_serves_again_afterwards() -> None:
    with serving("servers.origin", nofile=32) as (ready, process), ExitStack() as stack:
        for _ in range(60):
            stack.enter_context(socket.create_connection(("127.0.0.1", ready["port"])))
        until(lambda: descriptors(process.pid) == 32)
        time.sleep(1.2)
        stack.close()
        url = f"http://127.0.0.1:{ready['port']}/page?number=0&latency=0"
        with urllib.request.urlopen(url, timeout=20) as response:
            assert response.read() == pages.page(0)
        process.kill()
        assert process.stderr is not None
        lines = process.stderr.read().splitlines()
    assert 1 <= len(lines) <= 30
    assert all(line.startswith("no client can be accepted: [Errno 24] Too many open files (") for line in lines)
