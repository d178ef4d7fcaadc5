"""The page of a run: what is in it, and that whatever a program printed is text on it."""

import errno
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from scenarios import places
from scenarios.definition import catalog
from scenarios.errors import EvidenceError
from scenarios.judging.quantities import Expectation, Growth, Order, Quantity, Ratio
from scenarios.pictures import Bars, Grid
from scenarios.report import content, excerpts, over_time, page, templating
from scenarios.report.charts import curves
from scenarios.report.charts.figure import Figure
from scenarios.report.charts.figures import figure
from scenarios.report.result_table import related
from scenarios.results import evidence as evidences
from scenarios.results import record, time_series
from scenarios.results.evidence import Evidence
from scenarios.results.record import Check, Record
from scenarios.results.sample import Sample
from tests.unit import builders

HOSTILE = """</pre><script>alert(1)</script><img src=http://example.org/x onerror=alert(2)>{{ 7 * 7 }}{% raw %}
\x1b[31mred\x1b[0m \x1b]8;;http://example.org\x07link\x1b]8;;\x07 \u202egnp.exe \x00 &amp; "quoted" 'single' <!--
"""
LOOK = Sample(moment="ready", descriptors=5, watched=1, nofile_soft=64, nofile_hard=64, resident=2**24, cpu_seconds=0.1)


class Reader(HTMLParser):
    """What a browser would make of a page: its text, its elements, and what its attributes refer to."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.elements, self.refers = "", list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.refers += [value or "" for name, value in attrs if name in ("href", "src", "action", "data")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return reader


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    made_here = tmp_path / "epoll-500" / "20261125T210735.449595Z-4bb49549"
    made_here.mkdir(parents=True)
    yield made_here


def kept(directory: Path, stdout: str = "", **more: object) -> tuple[Evidence, Record]:
    """Evidence and a record in a run directory."""
    server = replace(builders.service("server", stdout), samples=(LOOK,))
    evidence = builders.evidence(server, builders.service("client", "", exit_status=0))
    builders.saved(evidence, directory)
    done = builders.record(
        builders.foreseen(client=None), builders.ended(client=None), scenario=evidence.scenario.name, **more
    )
    record.save(done, directory)
    return evidence, done


def test_a_page_tells_what_was_predicted_and_measured_every_check_and_the_machines(directory: Path) -> None:
    checks = (Check("it holds", "passed"), Check("it does not", "failed", "5 is not 4"))
    evidence, _ = kept(directory, verdict="fail", problem="one check failed", checks=checks)
    text = read(page.draw(directory)).text
    expected = ["59 clients", "it holds", "it does not", "5 is not 4", "one check failed", "Because", "scripted engine"]
    for words in (
        evidence.scenario.summary,
        *expected,
        "2026-11-25 21:07:35",
        "4bb49549",
        "servers.transfer",
        "16.0 MiB",
    ):
        assert words in text


def test_the_same_record_and_evidence_make_the_same_page_again(directory: Path) -> None:
    evidence, done = kept(directory, builders.HELD[0].name)
    first = page.write(directory, done, evidences.load(directory), evidence.scenario).read_text(encoding="utf-8")
    assert page.draw(directory).read_text(encoding="utf-8") == first


def test_a_page_needs_nothing_from_anywhere(directory: Path) -> None:
    kept(directory, HOSTILE)
    found = read(page.draw(directory))
    assert {one for one in found.refers if not one.startswith(("logs/", "data:,"))} == set()
    assert all((directory / one).is_file() for one in found.refers if one.startswith("logs/"))
    assert found.elements.count("script") == 2, "the search in logs, and the charts"
    assert {"link", "iframe", "object", "embed"} & set(found.elements) == {"link"}


def test_a_page_links_the_public_reports_of_its_scenario(directory: Path) -> None:
    evidence, done = kept(directory)
    scenario = replace(evidence.scenario, reports=("golang/go#46279",))
    found = read(page.write(directory, done, evidence, scenario))
    assert "https://github.com/golang/go/issues/46279" in found.refers
    assert "golang/go#46279" in found.text


def test_what_a_lesson_has_between_backticks_is_code_and_nothing_in_it_is_html() -> None:
    assert templating.code("`a < b` and <b>") == "<code>a &lt; b</code> and &lt;b&gt;"
    assert templating.code("one ` alone") == "one ` alone"


def test_the_lesson_of_a_page_has_no_backticks(directory: Path) -> None:
    evidence, done = kept(directory)
    lesson = replace(evidence.scenario, teaches="`Too many open files` comes at the soft limit.")
    text = page.write(directory, done, replace(evidence, scenario=lesson), lesson).read_text(encoding="utf-8")
    assert '<p class="lead"><code>Too many open files</code> comes' in text


def test_the_ticks_of_an_axis_are_words_of_their_own() -> None:
    bars = figure(Bars("each", "s", {"a": 0.02, "b": 20.0}, logarithmic=True))
    assert re.search(r">0.01</span> <span[^>]*>0.1</span> <", figure_in_html(bars))


def test_a_table_with_predictions_explains_the_sign_of_its_cells() -> None:
    html = figure_in_html(figure(Grid("answers", ["1"], {"a": ["x"]}, {"a": ["x"]})))
    assert 'class="as-predicted">as predicted' in html
    assert 'class="hollow"' not in html


def figure_in_html(one: Figure) -> str:
    template = templating._environment().from_string('{% from "chart.html.j2" import figure %}{{ figure(one) }}')
    return template.render(one=one)


def test_hostile_text_of_a_program_is_text_and_its_control_codes_are_signs(directory: Path) -> None:
    kept(directory, HOSTILE)
    path = page.draw(directory)
    found = read(path)
    for line in ('</pre><script>alert(1)</script><img src=http://example.org/x onerror=alert(2)>{{ 7 * 7 }}{% raw %}',
                 "␛[31mred␛[0m", "\\u202egnp.exe ␀ &amp; \"quoted\" 'single' <!--"):  # fmt: skip
        assert line in found.text
    assert "img" not in found.elements
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "line", ["<&\"'\x1b" * 20_000 + "\n", "x" * 2_000_000 + "\n", "\U0001f600\udcff é\r\n" * 100_000]
)
def test_ten_megabytes_of_a_log_are_its_head_and_its_tail_and_the_page_stays_small(directory: Path, line: str) -> None:
    kept(directory)
    log = evidences.log_file(directory, "server", "stdout")
    with log.open("wb") as file:
        file.write(b"the first line\n")
        while file.tell() < 10 * 1024**2:
            file.write(line.encode(errors="surrogateescape"))
        file.write(b"the last line\n")
    path = page.draw(directory)
    assert path.stat().st_size < 2 * 1024**2
    text = read(path).text
    assert "the first line" in text
    assert "the last line" in text
    left_out = log.stat().st_size - 2 * excerpts.LONGEST_PART
    assert f"{left_out:,} bytes between are left out" in text


def test_many_hostile_logs_together_stay_below_two_megabytes(directory: Path) -> None:
    services = [builders.service(f"server-{n}", '"' * 2**20, "\x1b" * 2**20) for n in range(12)]
    evidence = builders.evidence(*services)
    builders.saved(evidence, directory)
    assert page.write(directory, None, evidence, evidence.scenario).stat().st_size < 2 * 1024**2


def test_a_short_log_is_whole_and_nothing_is_said_to_be_left_out(directory: Path) -> None:
    kept(directory, "one\ntwo\n")
    text = read(page.draw(directory)).text
    assert "one\ntwo\n" in text
    assert "left out" not in text


def test_a_run_without_evidence_has_a_page_of_its_record(directory: Path) -> None:
    record.save(builders.record(verdict="error", problem="the engine is gone: <b>", checks=()), directory)
    text = read(page.draw(directory)).text
    assert "the engine is gone: <b>" in text
    assert "No checks ran" in text


def test_a_run_without_a_record_was_not_finished(directory: Path) -> None:
    builders.saved(builders.evidence(builders.service("server", "said"), problem="interrupted by SIGINT"), directory)
    text = read(page.draw(directory)).text
    assert "unfinished" in text
    assert "interrupted by SIGINT" in text


def test_a_run_that_left_nothing_has_no_page(directory: Path) -> None:
    with pytest.raises(EvidenceError, match="no evidence"):
        page.draw(directory)


def test_measured_values_that_no_family_understands_leave_a_page_without_them(directory: Path) -> None:
    evidence, done = kept(directory)
    odd = replace(done, measured={"served": {"a": []}, "error": "?"})
    assert "Checks" in read(page.write(directory, odd, evidence, evidence.scenario)).text


def test_a_relation_says_whether_it_holds(directory: Path) -> None:
    relations: list[Expectation] = [
        Order(("a", "b"), 1.5),
        Ratio("b", "a", 0.5, 1.5),
        Growth("g", 0.9, 1.1),
        Ratio("b", "a", 1),
    ]
    data = json.loads(json.dumps({"memory": [one.json() for one in relations]}))
    found = list(
        related([Quantity("memory", unit="KiB")], data, {"memory": {"a": 1.0, "b": 2.0, "g": {"1": 1, "2": 2, "4": 4}}})
    )
    assert [words for words, _ in found] == [f"memory: {one.words()}" for one in relations]
    assert [difference is None for _, difference in found] == [True, False, True, True]


def test_the_page_allows_its_own_script_alone() -> None:
    text = templating.render("page.html.j2")
    assert "default-src 'none'" in text
    assert "script-src 'sha256-" in text


def test_templates_of_a_checkout_that_cannot_be_written_to_are_compiled_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "COMPILED", tmp_path / "none" / "compiled")
    templating._environment.cache_clear()
    assert "<main>" in templating.render("page.html.j2")
    templating._environment.cache_clear()


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOSPC, errno.EROFS])
def test_a_page_is_drawn_where_no_compiled_template_can_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(places, "COMPILED", tmp_path / "compiled")
    monkeypatch.setattr("jinja2.bccache.FileSystemBytecodeCache.dump_bytecode", refuses)
    templating._environment.cache_clear()
    assert "<main>" in templating.render("page.html.j2")
    templating._environment.cache_clear()


def course(directory: Path, *seen: Mapping[str, float]) -> None:
    """What would have been seen of a run's server, a line each time."""
    lines = [{"service": "server", "at": n / 10, "resident": 2**20, "cpu": 0, **one} for n, one in enumerate(seen)]
    (directory / time_series.SERIES_FILE).write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def over_the_run(scenario: str, directory: Path, **parameters: str) -> dict[str, Figure]:
    """The figures in the course of time, by their titles."""
    drawn = map(curves.over_time, over_time.charts(catalog.load(scenario, parameters), directory))
    return {one.title.partition(",")[0]: one for one in drawn}


def test_under_wine_connections_are_drawn_with_the_cliff_of_select_and_not_descriptors(tmp_path: Path) -> None:
    seen = [{"descriptors": 16, "threads": 2, "sockets": n} for n in (0, 1, 250, 512, 1)]
    course(tmp_path, *seen)
    drawn = over_the_run("windows-600", tmp_path)
    assert list(drawn) == ["Connections", "Memory", "CPU time since each program was ready"]
    connections = drawn["Connections"]
    assert connections.notes == ["The line at 512: select takes no more sockets."]
    assert "512: select takes no more sockets" in connections.description
    assert ["0.30", "512"] in [list(row) for row in connections.rows]


@pytest.mark.parametrize(("scenario", "bound"), [("select-1100", True), ("epoll-500", False), ("echo-select", True)])
def test_on_linux_the_cliff_of_select_is_one_of_descriptors(tmp_path: Path, scenario: str, bound: bool) -> None:
    course(tmp_path, *({"descriptors": n, "threads": 1, "sockets": n - 3} for n in (5, 1020)))
    drawn = over_the_run(scenario, tmp_path, nofile="2048")
    assert drawn["Connections"].notes == []
    assert ("select refuses descriptor 1024" in drawn["Open descriptors"].description) == bound


def test_threads_are_drawn_where_there_are_more_than_one(tmp_path: Path) -> None:
    course(tmp_path, *({"descriptors": 5, "threads": n, "sockets": 1} for n in (1, 1)))
    assert "Threads" not in over_the_run("echo-threads", tmp_path)
    course(tmp_path, *({"descriptors": 5, "threads": n, "sockets": 1} for n in (1, 201)))
    assert ["0.10", "201"] in [list(row) for row in over_the_run("echo-threads", tmp_path)["Threads"].rows]


def test_a_course_of_an_older_run_is_drawn_without_connections(tmp_path: Path) -> None:
    course(tmp_path, {"descriptors": 5, "threads": 1}, {"descriptors": 505, "threads": 1})
    assert list(over_the_run("epoll-500", tmp_path)) == [
        "Open descriptors",
        "Memory",
        "CPU time since each program was ready",
    ]


def test_cpu_time_counts_from_when_a_program_was_ready_and_moments_are_told(tmp_path: Path) -> None:
    seen = [{"descriptors": 5, "threads": 1, "cpu": cpu} for cpu in (0.3, 0.5, 0.6)]
    course(tmp_path, *seen)
    with (tmp_path / time_series.SERIES_FILE).open("a") as file:
        file.write(json.dumps({"moment": "ready", "service": "server", "at": 0.15}) + "\n")
    drawn = over_the_run("epoll-500", tmp_path)["CPU time since each program was ready"]
    assert [float(row[1]) for row in drawn.rows] == pytest.approx([0.0, 0.1])
    assert "Moments: server ready at 0.15 s." in drawn.notes


@pytest.mark.parametrize("damage", [{"at": "soon"}, {"at": float("nan")}, {"service": []}])
def test_a_moment_that_cannot_be_is_passed_over(tmp_path: Path, damage: dict[str, object]) -> None:
    lines = [{"moment": "ready", "service": "server", "at": 0.1}, {"moment": "died", "service": "x", "at": 1, **damage}]
    (tmp_path / time_series.SERIES_FILE).write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert list(time_series.load(tmp_path).moments) == [(0.1, "server ready")]


def test_who_has_no_connections_has_no_picture_of_them(tmp_path: Path) -> None:
    course(tmp_path, {"descriptors": 5, "threads": 1, "sockets": 0})
    assert "Connections" not in over_the_run("greenlet-switch", tmp_path)


def test_what_is_only_compared_stands_apart_in_a_long_table() -> None:
    short = [("seconds", "", ""), ("  a", "any", "1"), ("error", "none", "none")]
    assert content._split(short) == (short, [])
    free = [("cost", "", ""), *((f"  {n}", "any", "1") for n in range(content.LONG_TABLE))]
    exact = [("count", "", ""), ("  a", "1", "1"), ("  b", "any", "2")]
    assert content._split([*free, *exact]) == (exact, free)


GLANCE = {"service": "server", "at": 0.1, "descriptors": 5, "resident": 2**20, "cpu": 0.0, "threads": 1}


@pytest.mark.parametrize(
    "damage",
    [
        {"at": float("inf")},
        {"threads": float("nan")},
        {"descriptors": "9"},
        {"resident": 10**400},
        {"sockets": None},
        {"service": None},
        {"cpu": -1},
    ],
)
def test_a_line_of_a_course_that_cannot_be_is_passed_over(tmp_path: Path, damage: dict[str, object]) -> None:
    lines = [GLANCE, {**GLANCE, **damage}, {**GLANCE, "at": 0.2}]
    (tmp_path / time_series.SERIES_FILE).write_text("".join(f"{json.dumps(line)}\n" for line in lines) + "[" * 100_000)
    assert [one["at"] for one in time_series.load(tmp_path).samples["server"]] == [0.1, 0.2]


@pytest.mark.parametrize("cost", [[], {}, {"times": 1, "lab": "0.1", "inside": 0.1}])
def test_what_looking_cost_is_told_only_where_it_is_whole(tmp_path: Path, cost: object) -> None:
    (tmp_path / time_series.SERIES_FILE).write_text(json.dumps({"cost": cost}) + "\n")
    assert time_series.load(tmp_path).cost == {}


def test_a_limit_has_no_colour_of_a_series() -> None:
    style = templating._own("style.css")
    for look in ("svg path.bound", "svg text.bound", ".bar u"):
        (rule,) = re.findall(re.escape(look) + r" \{[^}]*\}", style)
        assert not re.search(r"var\(--c\d\)", rule)
    colours = re.findall(r"--(c\d|limit): (#\w+)", style)
    for scheme in (colours[:10], colours[10:]):
        assert len({colour for _, colour in scheme}) == len(scheme) == 10
