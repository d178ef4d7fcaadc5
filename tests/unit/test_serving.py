"""The pages over HTTP: who is answered, what a run says while it runs, and that nothing asked for becomes a path."""

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from starlette.testclient import TestClient
from watchfiles import Change

from labs import pages
from scenarios import families, places
from scenarios.commands import serve
from scenarios.definition import catalog
from scenarios.families.base import Known
from scenarios.pipeline.experiment import Experiment, Setup, run_experiment
from scenarios.pipeline.run.noting import NotingWatch
from scenarios.results import manifest, run_directories, sweep_record, time_series
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
    result = run_experiment(Experiment(epoll(), Setup(ScriptedEngine(transfers()), Quiet())))
    assert result.run
    return Path(result.run)


def under_way() -> Path:
    """A run that has begun."""
    run, directory = run_directories.create("epoll-500")
    run_directories.mark(run, "scripted")
    (directory / "logs").mkdir()
    scenario = epoll()

    family = families.find(scenario.family)
    prediction = family.predict(Known(scenario, {"server": "linux", "client": "linux"}))
    manifest.save(scenario, "scripted", prediction.json(), prediction.reason, family.cliffs(scenario), directory)
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


def test_sweeps_and_comparisons_are_served_with_the_navigation_and_nothing_is_written(client: TestClient) -> None:
    first, second = done(), done()
    sweep = kept_sweep(first)
    ids = [run_directories.run_of(one) for one in (first, second)]
    before = sorted(run_directories.RUNS.rglob("*"))
    for path in (f".sweeps/{sweep.name}", f".comparisons/{ids[0]}-{ids[1]}", f"epoll-500/{second.name}", ""):
        answer = client.get(f"/runs/{path}/report.html" if path else "/runs/")
        assert answer.status_code == 200, path
        assert [name in answer.text for name in ("Newest</a>", "All runs</a>", "Live</a>", "Course</a>")] == [True] * 4
    assert sorted(run_directories.RUNS.rglob("*")) == before
    assert "sweep of 1" in client.get("/").text


def kept_sweep(run: Path) -> Path:
    """A sweep with one point."""
    point = sweep_record.PointKept(
        parameters={"clients": 3}, at=3.0, verdict="pass", problem=None, run=str(run), seconds=1.0,
        predicted=None, measured=None, value={"server": 0.5})  # fmt: skip
    directory = run_directories.RUNS / sweep_record.FOLDER / "scripted-epoll-500-12345678"
    sweep_record.save(
        sweep_record.Sweep(
            scenario="epoll-500", engine="scripted", command="./inv sweep", begun="2026-11-29 10:00:00", file="x",
            swept={"clients": ["3"]}, fixed={}, axis="clients", points=(point,), complete=True,
            measure=sweep_record.MeasureKept(key="cpu", title="processor time", unit="s")),
        directory,
    )  # fmt: skip
    return directory


def test_a_run_in_progress_links_to_the_live_view_from_each_list(client: TestClient) -> None:
    link = f"/live?run={run_directories.run_of(under_way())}"
    assert all(f'href="{link}"' in client.get(path).text for path in ("/", "/runs/"))


def test_a_link_in_the_place_of_a_sweep_is_not_followed(client: TestClient, tmp_path: Path) -> None:
    sweep = kept_sweep(done())
    elsewhere = tmp_path / "elsewhere"
    sweep.rename(elsewhere)
    sweep.symlink_to(elsewhere)
    assert client.get(f"/runs/.sweeps/{sweep.name}/report.html").status_code in (404, 503)
    sweep.unlink()
    sweep.mkdir()
    (sweep / sweep_record.FILE).symlink_to(elsewhere / sweep_record.FILE)
    assert client.get(f"/runs/.sweeps/{sweep.name}/report.html").status_code in (404, 503)


def test_a_page_that_an_older_iolab_wrote_with_other_scripts_is_drawn_again(client: TestClient) -> None:
    run = done()
    (run / "report.html").write_text("<body>\n<script>old()</script>")
    text = client.get(f"/runs/{run.parent.name}/{run.name}/report.html").text
    assert "old()" not in text and "epoll-500" in text


def test_what_the_lab_does_is_told_with_its_time_and_once(runs: Path) -> None:
    run = under_way()
    one = Following(run)
    list(one.news())
    watch = NotingWatch(Quiet(), run)
    for doing in ("starting server", "waiting for server", "waiting for server"):
        watch.doing(doing)
    told = list(one.news())
    assert [(message["kind"], message["doing"]) for message in told] == [
        ("phase", "starting server"),
        ("phase", "waiting for server"),
    ]
    begun = run_directories.begun_at(run).timestamp()
    assert all(0 <= message["at"] - begun < 60 for message in told)


def test_a_curve_that_is_read_late_keeps_its_peak_and_the_end_says_what_was_served(runs: Path) -> None:
    run = under_way()
    looked = {"service": "server", "resident": 1, "cpu": 0.0, "threads": 1}
    values = [*range(500), 1020, *range(212, 12, -1)]
    lines = [json.dumps({**looked, "at": n / 10, "descriptors": value}) for n, value in enumerate(values)]
    (run / time_series.SERIES_FILE).write_text("\n".join(lines) + "\n")
    (sample,) = [one for one in Following(run).news() if one["kind"] == "sample"]
    assert len(sample["points"]) <= following.MOST_POINTS + 4
    assert max(sample["points"], key=lambda one: one[1])[:2] == [50.0, 1020]
    assert sample["points"][-1][:2] == [pytest.approx((len(values) - 1) / 10), 13]
    assert sample["most"] == {"descriptors": 1020}
    (run / run_directories.RECORD).write_text(
        json.dumps({"verdict": "pass", "measured": {"served": 1020}, "predicted": {"served": 1020}})
    )
    (ended,) = [one for one in Following(run).news() if one["kind"] == "ended"]
    assert ended["headline"] == "served 1020 clients"


def test_an_exercise_says_its_command_the_next_one_and_links_the_runs_of_each_attempt(client: TestClient) -> None:
    from labs import progress

    run = done()
    assert "./inv lab.start 010" in client.get("/course/010").text
    with progress.updating() as saved:
        one = saved.entry("010-generators-and-greenlets")
        one.begun = progress.now()
        ids = [run_directories.run_of(run), "gone0000"]
        one.attempts.append(progress.Attempt(time="2026-11-29T10:00:00+00:00", result="not yet", runs=ids))
    page = client.get("/course/010").text
    assert "./inv lab.check 010" in page
    assert f'href="/runs/{run.parent.name}/{run.name}/report.html"' in page
    assert "<code>gone0000</code> (removed)" in page
    assert 'href="/course/020-gevent-sleep">Next: 020' in page
    assert "Next:" not in client.get("/course/220").text


@pytest.mark.parametrize(
    "path",
    [
        "/runs/.sweeps/nonsense/report.html",
        "/runs/.sweeps/..%2f..%2fetc/report.html",
        "/runs/.comparisons/nonsense/report.html",
        "/runs/.comparisons/aaaaaaaa-bbbbbbbb/report.html",
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
    (run / time_series.SERIES_FILE).write_text(
        json.dumps(looked) + "\n" + json.dumps({**looked, "descriptors": 5}) + "\n"
    )
    (sample,) = one.news()
    assert (sample["kind"], sample["descriptors"], sample["most"]) == ("sample", 5, {"descriptors": 7})
    (run / run_directories.RECORD).write_text(
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
    scenario = catalog.load(name, {})
    cliffs = families.find(scenario.family).cliffs(scenario)
    manifest.save(scenario, "scripted", {}, "because", cliffs, tmp_path)
    told = manifest.load(tmp_path)
    assert told is not None
    assert told["services"]["server"]["platform"] == platform
    (one,) = told["cliffs"]
    assert (one["service"], one["seen"], one["value"]) == ("server", *cliff)


def test_of_a_flood_the_beginning_and_the_end_are_told_and_how_much_was_left_out(runs: Path) -> None:
    run = under_way()
    flood = event("ready") + "x\n" * 2 * following.MOST_BYTES + event("last")
    (run / "logs" / "server.stdout").write_text(flood)
    told = [one for one in Following(run).news() if one["kind"] != "run"]
    (between,) = (one for one in told if one["kind"] == "left-out")
    assert between["bytes"] > 0 and between["lines"] > 0
    assert (told[0]["event"], told[-1]["event"]) == ("ready", "last")
    assert len(told) == 2 * following.MOST_LINES + 1


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
        async for part in live.Feeds(stop).follow(run):
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

    with progress.updating() as saved:
        one = saved.entry("010-generators-and-greenlets")
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
    (run / run_directories.RECORD).write_text(damaged)
    (run / manifest.MANIFEST_FILE).write_text(damaged)
    list(Following(run).news())
    (run / "evidence.json").write_text(damaged)
    assert client.get("/").status_code == client.get("/runs/").status_code == 200


@contextmanager
def without_permission(directory: Path) -> Iterator[None]:
    """As another user than root, whom nothing keeps out, in a directory that nobody may enter."""
    was = os.geteuid()
    for path in (directory, *directory.parents):
        if path.stat().st_uid == was and path != directory:
            path.chmod(path.stat().st_mode | 0o755)
    directory.chmod(0)
    try:
        os.seteuid(was or 65534)
        yield
    finally:
        os.seteuid(was)
        directory.chmod(0o755)


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
        feeds = live.Feeds(stop)
        goes, stays = [asyncio.ensure_future(read(feeds.follow(run), parts)) for parts in seen]
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

    async def none() -> AsyncGenerator[set[tuple[Change, str]]]:
        yield set()
        raise RuntimeError("Error creating recommended watcher: Too many open files (os error 24)")

    async def follow() -> list[bytes]:
        stop, parts = asyncio.Event(), list[bytes]()
        task = asyncio.ensure_future(read(live.Feeds(stop).follow(run), parts))
        await until(lambda: len(parts) > 1 or task.done())
        (run / "logs" / "server.stderr").write_text("said later\n")
        await until(lambda: len(parts) > 2 or task.done())
        stop.set()
        await task
        return parts

    monkeypatch.setattr(live, "_events", none)
    assert b"said later" in asyncio.run(follow())[-1]


def test_so_many_follow_and_no_more_until_one_of_them_goes(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST", 2)

    async def follow() -> list[bool]:
        feeds = live.Feeds(asyncio.Event())
        pages = [feeds.follow(None), feeds.follow(None)]
        full = [feeds.full]
        for one in pages:
            await anext(one)
            full.append(feeds.full)
        await pages[0].aclose()
        full.append(feeds.full)
        await pages[1].aclose()
        return full

    assert asyncio.run(follow()) == [False, False, True, False]


def test_who_comes_when_enough_follow_is_told_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live.Feeds, "full", True)
    answer = client.get("/events")
    assert (answer.status_code, "too many" in answer.text) == (503, True)


LINKED = ["logs/server.stdout", "logs/server.stderr", "report.html", "run.json", "evidence.json", "course.jsonl"]


@pytest.mark.parametrize("name", [*LINKED, "logs"])
def test_a_link_in_a_run_does_not_lead_out_of_the_runs(client: TestClient, tmp_path: Path, name: str) -> None:
    run, elsewhere = done(), tmp_path / "elsewhere"
    elsewhere.mkdir()
    secret = elsewhere / Path(name).name if name != "logs" else elsewhere / "server.stdout"
    secret.write_text("secret\n")
    shutil.rmtree(run / name) if name == "logs" else (run / name).unlink(missing_ok=True)
    (run / name).symlink_to(elsewhere if name == "logs" else secret)
    told = [
        client.get(f"/runs/epoll-500/{run.name}/{path}").text for path in {"report.html", "logs/server.stdout", name}
    ]
    assert "secret" not in f"{told} {list(Following(run).news())}"


@pytest.mark.parametrize("name", LINKED)
def test_a_fifo_in_a_run_keeps_no_page_waiting(client: TestClient, name: str) -> None:
    run = done()
    (run / name).unlink(missing_ok=True)
    os.mkfifo(run / name)
    list(Following(run).news())
    for path in ("/", "/runs/", *(f"/runs/epoll-500/{run.name}/{one}" for one in ("report.html", name))):
        assert client.get(path).status_code in (200, 404, 503)


def test_a_killed_run_is_unfinished_and_the_newer_one_is_shown(client: TestClient) -> None:
    killed, newer = under_way(), done()
    run_directories.unmark(run_directories.run_of(killed))
    assert following.under_way() == newer
    assert [one["verdict"] for one in Following(killed).news() if one["kind"] == "ended"] == ["unfinished"]


def test_a_page_that_is_loaded_again_gets_the_same_messages_in_the_same_order(runs: Path) -> None:
    run = under_way()

    async def both() -> tuple[list[bytes], list[bytes]]:
        stop, seen = asyncio.Event(), (list[bytes](), list[bytes]())
        feeds = live.Feeds(stop)
        pages = [asyncio.ensure_future(read(feeds.follow(run), seen[0]))]
        for number, name in enumerate(("server", "client", "server")):
            await until(partial(lambda count: len(seen[0]) > count, 1 + number))
            with (run / "logs" / f"{name}.stdout").open("a") as file:
                file.write(event("ready") if number == 0 else "text\n" * following.MOST_LINES)
        await until(lambda: len(seen[0]) > 2 + 2 * following.MOST_LINES)
        pages.append(asyncio.ensure_future(read(feeds.follow(run), seen[1])))
        await until(lambda: len(seen[1]) >= len(seen[0]))
        stop.set()
        await asyncio.wait(pages, timeout=5)
        return seen

    first, again = asyncio.run(both())
    assert first == again
    assert b'"ready"' in first[2]


def test_for_a_run_that_nobody_followed_servers_come_first(runs: Path) -> None:
    run = under_way()
    for name in ("client", "server"):
        (run / "logs" / f"{name}.stdout").write_text(event("ready"))
    assert [one["service"] for one in Following(run).news() if one["kind"] == "event"] == ["server", "client"]


def test_pages_that_wait_together_read_the_runs_once(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done()
    reads = Mock(wraps=run_directories.everything)
    monkeypatch.setattr(run_directories, "everything", reads)

    async def wait() -> None:
        stop = asyncio.Event()
        feeds, seen = live.Feeds(stop), [list[bytes]() for _ in range(20)]
        pages = [asyncio.ensure_future(read(feeds.follow(None), parts)) for parts in seen]
        await until(lambda: all(len(parts) > 1 for parts in seen))
        await asyncio.sleep(2 * live.POLL_EVERY / 1000)
        stop.set()
        await asyncio.wait(pages, timeout=5)

    asyncio.run(wait())
    assert reads.call_count == 1


def test_a_run_that_cannot_be_entered_hides_no_other(client: TestClient) -> None:
    shut, other = done(), done()
    with without_permission(shut):
        for path in ("/", "/runs/"):
            answer = client.get(path)
            assert (answer.status_code, run_directories.run_of(other) in answer.text) == (200, True)


def test_a_number_that_is_none_damages_one_record_alone(client: TestClient) -> None:
    run, other = done(), done()
    record = run / run_directories.RECORD
    record.write_text(re.sub(r'"total": ?[\d.]+', '"total": NaN', record.read_text()))
    assert run_directories.run_of(other) in client.get("/").text
    assert [one["verdict"] for one in Following(run).news() if one["kind"] == "ended"] == ["unfinished"]


def test_a_connection_with_half_a_head_is_closed_and_others_are_answered(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "HEAD_WITHIN", 0.2)

    async def ask() -> tuple[list[bytes], bytes]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            server = asyncio.ensure_future(serve._serve(listener, port, ()))
            silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(serve.MOST_CONNECTIONS + 10)]
            for number, (_, writer) in enumerate(silent):
                writer.write(b"GET / HTTP/1.1\r\nHost:" if number % 2 else b"")
            closed = [await asyncio.wait_for(reader.read(), 10) for reader, _ in silent]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n" % port)
            answer = await asyncio.wait_for(reader.read(), 10)
            for _, one in [*silent, (reader, writer)]:
                one.close()
            server.cancel()
            await asyncio.wait([server])
            return closed, answer

    closed, answer = asyncio.run(ask())
    assert set(closed) == {b""}
    assert answer.startswith(b"HTTP/1.1 200")


@contextmanager
def served(port: int, *before: str) -> Iterator[subprocess.Popen[str]]:
    """./inv serve as a user starts it; `before` are words of the shell before it."""
    line = " ".join([*before, f"exec {places.ROOT}/inv serve --port {port}"])
    environment = {**os.environ, "IOLAB_RUNS": str(run_directories.RUNS)}
    with subprocess.Popen(
        ["sh", "-c", line], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_terminal_with_too_few_descriptors_is_told_before_anything_is_served(runs: Path) -> None:
    with served(free_port(), "ulimit -n 20;") as process:
        out, told = process.communicate(timeout=30)
    assert (process.returncode, out, told.count("\n")) == (3, "", 1)
    assert f"serving needs {serve.DESCRIPTORS} descriptors, and this terminal's hard limit is 20" in told


@pytest.mark.parametrize("error", [OSError("Too many open files"), RuntimeError("no thread"), MemoryError()])
def test_a_page_for_which_the_machine_gives_too_little_is_refused_without_a_traceback(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(run_directories, "everything", Mock(side_effect=error))
    assert client.get("/").status_code == 503


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_many_followers_wake_the_server_no_more_often_than_one(runs: Path) -> None:
    done()
    port = free_port()
    with served(port) as process, ExitStack() as followers:
        assert process.stdout is not None
        process.stdout.readline()
        counts = []
        for more in (1, live.MOST - 1):
            for _ in range(more):
                one = followers.enter_context(socket.create_connection(("127.0.0.1", port)))
                one.sendall(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % port)
                while b'"ended"' not in one.recv(65536):
                    pass
            before = switches(process.pid)
            time.sleep(6 * live.POLL_EVERY / 1000)
            counts.append(switches(process.pid) - before)
    assert counts[1] < live.MOST / 4 * counts[0], counts


def switches(pid: int) -> int:
    """How often the threads of a process have waited."""
    texts = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/status")]
    return sum(int(re.findall(r"^voluntary_ctxt_switches:\s+(\d+)", text, re.MULTILINE)[0]) for text in texts)
