"""The pages over HTTP: who is answered, what a run says while it runs, and that nothing asked for becomes a path."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from labs import pages
from scenarios import courses, outset, places, rundirs, spec
from scenarios.experiment import Experiment, carry_out
from scenarios.families.base import Known, Prediction
from scenarios.serving import following, live
from scenarios.serving.app import application
from scenarios.serving.following import Following
from scenarios.serving.guard import Guard
from tests.unit.scripted import Quiet, ScriptedEngine, epoll, event, transfers

HOST = "127.0.0.1:8100"
HOSTILE = "\x1b[2J<script>alert(1)</script>"


@pytest.fixture
def client(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(places, "WORKSPACE", tmp_path / "workspace")
    app = Guard(application(pages.routes(), asyncio.Event()), (HOST,))
    with TestClient(app, base_url=f"http://{HOST}", raise_server_exceptions=True) as made:
        yield made


def done() -> Path:
    """A run that came to its end."""
    result = carry_out(Experiment(epoll(), ScriptedEngine(transfers()), Quiet()))
    assert result.run
    return Path(result.run)


def under_way() -> Path:
    """A run that has begun."""
    _, directory = rundirs.create("epoll-500")
    (directory / "logs").mkdir()
    scenario = epoll()
    from scenarios import families

    family = families.find(scenario.family)
    prediction = family.predict(Known(scenario, {"server": "linux", "client": "linux"}))
    outset.save(scenario, "scripted", prediction, directory)
    return directory


@pytest.mark.parametrize(
    "path", ["/", "/runs/", "/live", "/course", "/course/010", "/static/live.js", "/static/pages.css"]
)
def test_each_page_answers_with_a_policy(client: TestClient, path: str) -> None:
    done()
    answer = client.get(path)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["evil.example:8100", "127.0.0.1:80", ""])
def test_another_host_is_not_answered(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 421


def test_a_page_from_elsewhere_is_not_answered(client: TestClient) -> None:
    assert client.get("/events", headers={"origin": "http://evil.example"}).status_code == 403
    assert client.get("/", headers={"origin": f"http://{HOST}"}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_changed(client: TestClient, method: str) -> None:
    assert client.request(method, "/runs/").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/runs/x/../../../../etc/passwd/report.html",
        "/runs/epoll-500/..%2f..%2f/report.html",
        "/runs/epoll-500/nonsense/report.html",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/course/../../x",
        "/course/999",
        "/events?run=nonsense",
        "/nonsense",
    ],
)
def test_what_is_not_there_is_not_found_wherever_it_leads(client: TestClient, path: str) -> None:
    done()
    assert client.get(path).status_code == 404


def test_a_runs_report_and_its_logs_are_there_and_the_links_of_the_board_lead_to_them(client: TestClient) -> None:
    run = done()
    board = client.get("/runs/").text
    link = f"{run.parent.name}/{run.name}/report.html"
    assert link in board
    report = client.get(f"/runs/{link}").text
    assert "logs/server.stdout" in report
    log = client.get(f"/runs/{run.parent.name}/{run.name}/logs/server.stdout")
    assert log.headers["content-type"].startswith("text/plain")
    assert log.content == (run / "logs" / "server.stdout").read_bytes()
    assert client.get(f"/runs/{run.parent.name}/{run.name}/logs/..%2frun.json").status_code == 404


def test_a_run_without_a_page_is_drawn_and_nothing_is_written(client: TestClient) -> None:
    run = done()
    (run / "report.html").unlink()
    assert client.get(f"/runs/{run.parent.name}/{run.name}/report.html").status_code == 200
    assert not (run / "report.html").exists()


def test_a_run_is_followed_from_its_beginning_to_its_end(runs: Path) -> None:
    run = under_way()
    one = Following(run)
    first, *_ = one.news()
    assert (first["kind"], first["scenario"], first["services"]["server"]["nofile"]) == ("run", "epoll-500", 1024)
    assert first["rows"] == [("served", "3 clients", "-"), ("error", "none", "-")]
    assert list(one.news()) == []
    (run / "logs" / "client.stdout").write_text(event("connected", clients=3) + "half")
    (said,) = one.news()
    assert (said["kind"], said["told"]) == ("event", "client: 3 clients are connected at the same time")
    with (run / "logs" / "client.stdout").open("a") as file:
        file.write(" a line\n")
    (line,) = one.news()
    assert (line["kind"], line["text"]) == ("line", "half a line")
    looked = {"service": "server", "at": 0.1, "descriptors": 7, "resident": 1, "cpu": 0.0, "threads": 1}
    (run / courses.COURSE_FILE).write_text(json.dumps(looked) + "\n" + json.dumps({**looked, "descriptors": 5}) + "\n")
    (sample,) = one.news()
    assert (sample["kind"], sample["descriptors"], sample["most"]) == ("sample", 5, {"descriptors": 7})
    (run / rundirs.RECORD).write_text(
        json.dumps({"verdict": "pass", "measured": {"served": 3}, "predicted": {"served": 3}})
    )
    (ended,) = one.news()
    assert (ended["kind"], ended["verdict"]) == ("ended", "pass")
    assert ended["rows"][0] == ("served", "3 clients", "3 clients")
    assert list(one.news()) == []


@pytest.mark.parametrize(
    ("name", "platform", "cliff"),
    [("windows-600", "win32", ("sockets", 512)), ("select-500", "linux", ("descriptors", 1024))],
)
def test_who_looks_on_is_told_of_what_a_service_can_have_only_so_much(
    tmp_path: Path, name: str, platform: str, cliff: tuple[str, int]
) -> None:
    outset.save(spec.load(name, {}), "scripted", Prediction({}, "because"), tmp_path)
    told = outset.load(tmp_path)
    assert told is not None
    assert told["services"]["server"]["platform"] == platform
    (one,) = told["cliffs"]
    assert (one["service"], one["seen"], one["value"]) == ("server", *cliff)


def test_of_a_flood_the_end_is_told_and_how_much_was_left_out(runs: Path) -> None:
    run = under_way()
    (run / "logs" / "server.stderr").write_text("x\n" * following.MOST_BYTES)
    told = [one for one in Following(run).news() if one["kind"] != "run"]
    assert told[0]["kind"] == "left-out" and told[0]["bytes"] > 0
    assert len(told) == following.MOST_LINES + 1


def test_what_a_program_prints_is_one_line_of_json_whatever_it_is(runs: Path) -> None:
    run = under_way()
    (run / "logs" / "server.stdout").write_bytes(HOSTILE.encode() + b"\xff\r\n\n")
    told = [one for one in Following(run).news() if one["kind"] == "line"]
    encoded = live.encoded(told[0])
    head, data, *rest = encoded.decode().split("\n")
    assert (head, rest) == ("event: line", ["", ""])
    assert json.loads(data.removeprefix("data: "))["text"].startswith(HOSTILE)


def test_the_newest_run_that_has_not_ended_is_the_one_that_is_shown(client: TestClient) -> None:
    assert following.under_way() is None or following.under_way()
    running = under_way()
    done()
    assert following.under_way() == running


def test_the_stream_begins_with_what_there_is(client: TestClient, runs: Path) -> None:
    run = done()

    async def first(count: int) -> list[bytes]:
        stop, found = asyncio.Event(), list[bytes]()
        async for part in live.messages(lambda: run, stop):
            found.append(part)
            if len(found) == count:
                stop.set()
                break
        return found

    parts: list[Any] = asyncio.run(first(3))
    assert parts[0] == b"retry: 1000\n\n"
    assert parts[1].startswith(b"event: run\n")


def test_the_course_shows_how_far_the_learner_is(client: TestClient) -> None:
    from labs import progress

    with progress.noting() as noted:
        one = noted.of("010-generators-and-greenlets")
        one.begun = progress.now()
        one.attempts.append(
            progress.Attempt(time="then", result="not yet", findings=["order"], parameters=[{"a": "1"}])
        )
        one.hints.append(0)
    page = client.get("/course/010").text
    assert "<h1>Generators and greenlets</h1>" in page
    assert "not yet" in page and "order" in page and "attempts: 1" in page
    assert "begun" in client.get("/course").text


@pytest.mark.parametrize("damaged", ["null", "[" * 100_000, '{"predicted": 1, "measured": []}', "\0"])
def test_a_damaged_run_is_followed_and_shown_like_the_others(client: TestClient, damaged: str) -> None:
    run = done()
    (run / rundirs.RECORD).write_text(damaged)
    (run / outset.OUTSET_FILE).write_text(damaged)
    list(Following(run).news())
    (run / "evidence.json").write_text(damaged)
    assert client.get("/").status_code == client.get("/runs/").status_code == 200


async def read(stream: AsyncGenerator[bytes], parts: list[bytes]) -> None:
    """Reads a stream to its end."""
    async for part in stream:
        parts.append(part)


async def until(condition: Callable[[], bool]) -> None:
    """Waits, not for ever."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


def test_who_goes_ends_the_stream_of_nobody_else(runs: Path) -> None:
    run = under_way()

    async def both() -> bytes:
        stop, seen = asyncio.Event(), (list[bytes](), list[bytes]())
        goes, stays = [asyncio.ensure_future(read(live.messages(lambda: run, stop), parts)) for parts in seen]
        await until(lambda: all(len(parts) > 1 for parts in seen))
        goes.cancel()
        await asyncio.wait([goes])
        (run / "logs" / "server.stderr").write_text("said later\n")
        await until(lambda: len(seen[1]) > 2 or stays.done())
        stop.set()
        await asyncio.wait_for(stays, 5)
        return seen[1][-1]

    assert b"said later" in asyncio.run(both())


def test_where_the_kernel_gives_no_watch_a_run_is_followed_all_the_same(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = under_way()

    async def none() -> AsyncGenerator[None]:
        yield None
        raise RuntimeError("Error creating recommended watcher: Too many open files (os error 24)")

    async def follow() -> list[bytes]:
        stop, parts = asyncio.Event(), list[bytes]()
        task = asyncio.ensure_future(read(live.messages(lambda: run, stop), parts))
        await until(lambda: len(parts) > 1 or task.done())
        (run / "logs" / "server.stderr").write_text("said later\n")
        await until(lambda: len(parts) > 2 or task.done())
        stop.set()
        await task
        return parts

    monkeypatch.setattr(live, "_events", none)
    assert b"said later" in asyncio.run(follow())[-1]


def test_so_many_follow_and_no_more_until_one_of_them_goes() -> None:
    async def endless() -> AsyncGenerator[bytes]:
        while True:
            yield b"x"

    async def follow() -> list[bool]:
        onlookers = live.Onlookers(2)
        first, second = onlookers.follow(endless()), onlookers.follow(endless())
        full = [onlookers.full]
        for one in (first, second):
            await anext(one)
            full.append(onlookers.full)
        await first.aclose()
        return [*full, onlookers.full]

    assert asyncio.run(follow()) == [False, False, True, False]


def test_who_comes_when_enough_follow_is_told_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live.Onlookers, "full", True)
    answer = client.get("/events")
    assert (answer.status_code, "too many" in answer.text) == (503, True)


def test_a_link_among_the_logs_does_not_lead_out_of_the_runs(client: TestClient, tmp_path: Path) -> None:
    run, elsewhere = done(), tmp_path / "secret"
    elsewhere.write_text("secret")
    for name in ("logs/evil.stdout", "report.html"):
        (run / name).unlink(missing_ok=True)
        (run / name).symlink_to(elsewhere)
        assert "secret" not in client.get(f"/runs/epoll-500/{run.name}/{name}").text
