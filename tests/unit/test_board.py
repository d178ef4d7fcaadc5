"""The board over all runs, and the commands that draw pages."""

import json
import webbrowser
from pathlib import Path

import pytest

from scenarios.commands import report
from scenarios.commands.command import status_of
from scenarios.commands.compare import compare
from scenarios.commands.runs import show_runs
from scenarios.errors import EvidenceError, LabFailure, UsageError
from scenarios.report import board, entries
from scenarios.results import record, run_directories, time_series
from scenarios.results.evidence import EVIDENCE_FILE
from tests.unit import builders
from tests.unit.test_page import read

SEEN = '{"service": "server", "at": 0.1, "descriptors": 5, "resident": 1, "cpu": 0, "threads": 1, "sockets": 1}\n'


def run(runs: Path, number: int, scenario: str = "epoll-500", **more: object) -> Path:
    """A run that was kept."""
    directory = runs / scenario / f"20261125T21073{number}.000000Z-0000000{number}"
    directory.mkdir(parents=True)
    builders.saved(builders.evidence(builders.service("server", "said")), directory)
    seconds = {"run": 1.0 + number, "total": 9.0}
    record.save(
        builders.record(builders.foreseen(), builders.ended(), scenario=scenario, seconds=seconds, **more), directory
    )
    return directory


def test_the_board_has_a_cell_for_each_scenario_and_machine_with_the_newest_verdict(runs: Path) -> None:
    kept = [run(runs, 1, verdict="fail"), run(runs, 2), run(runs, 3, "fetch", engine="local")]
    found = read(board.write(kept, runs))
    for words in ("3 runs of 2 scenarios", "docker, Linux", "local, Linux", "epoll-500", "fetch", "3.00 s", "4.00 s"):
        assert words in found.text
    one, other = entries.of_run(kept[0], runs), entries.of_run(kept[1], runs)
    assert (one.verdict, other.verdict, other.seconds) == ("fail", "pass", 3.0)


def test_a_trend_rises_with_the_seconds_and_needs_two_runs() -> None:
    assert board.trend([1.0]) is None
    drawing = board.trend([1.0, 2.0, 4.0])
    assert drawing is not None
    line = str(drawing.shapes[0].d)  # type: ignore[union-attr]  # the line comes first
    heights = [float(part.split()[1]) for part in line[1:].split("L")]
    assert heights == sorted(heights, reverse=True)
    assert heights[0] - heights[2] == pytest.approx(3 * (heights[0] - heights[1]), abs=0.2)


def test_the_board_leads_to_the_page_of_each_run_and_draws_those_that_are_missing(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = run(runs, 1)
    (runs / "epoll-500" / "20261125T210739.000000Z-00000009").mkdir()  # which left nothing
    assert report.draw_board(show=False) == 0
    printed = capsys.readouterr()
    assert printed.out == f"{runs / board.BOARD_FILE}\n"
    assert "no page" in printed.err
    found = read(runs / board.BOARD_FILE)
    links = [one for one in found.refers if not one.startswith("data:")]
    assert set(links) == {f"epoll-500/{one.name}/report.html"}
    assert all((runs / link).is_file() for link in links)
    assert "unfinished" in found.text


def test_a_report_is_drawn_again_and_its_path_printed(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = run(runs, 1)
    assert report.draw("epoll-500", show=False) == 0
    assert capsys.readouterr().out == f"{directory / 'report.html'}\n"
    assert (directory / "report.html").is_file()


def test_without_runs_there_is_nothing_to_draw(runs: Path) -> None:
    with pytest.raises(UsageError, match="no runs yet"):
        report.draw(None, show=False)
    with pytest.raises(UsageError, match="no runs yet"):
        report.draw_board(show=False)


def test_open_shows_the_page_and_says_when_there_is_no_browser(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory, shown = run(runs, 1), list[str]()

    def shows(address: str) -> bool:
        shown.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", shows)
    assert report.draw(None, show=True) == 0
    assert shown == [(directory / "report.html").as_uri()]
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    with pytest.raises(LabFailure, match=r"no browser was found.*report\.html"):
        report.draw(None, show=True)


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "evidence",
    [
        "null",
        "[]",
        DEEP,
        '{"services": [1]}',
        '{"services": {"a": {}, "b": 1}}',
        '{"engine": {}, "services": {"a": {"platform": {}}, "b": {"platform": "x"}}}',
    ],
)
def test_a_damaged_run_does_not_hide_the_others(runs: Path, evidence: str) -> None:
    damaged, _ = run(runs, 1), run(runs, 2)
    (damaged / record.RECORD_FILE).write_text("null")
    (damaged / EVIDENCE_FILE).write_text(evidence)
    found = read(board.write(run_directories.everything(), runs))
    assert "2 runs of 1 scenario" in found.text and "unfinished" in found.text and "4.00 s" not in found.text


def damage(path: Path, how: str | bytes | None) -> None:
    """Puts this in the place of a file; None is a directory."""
    path.unlink(missing_ok=True)
    if how is None:
        path.mkdir()
    else:
        path.write_bytes(how if isinstance(how, bytes) else how.encode())


@pytest.mark.parametrize("how", ["", "[", "null", DEEP, '{"a":' * 100_000, '{"a": NaN}', bytes(range(256)), None])
@pytest.mark.parametrize("file", [record.RECORD_FILE, EVIDENCE_FILE, time_series.SERIES_FILE])
def test_every_command_on_runs_survives_a_damaged_file_and_says_it_in_one_line(
    runs: Path, file: str, how: str | bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged, whole = run(runs, 1), run(runs, 2)
    damage(damaged / file, how)
    for command in (
        lambda: show_runs(),
        lambda: report.draw_board(False),
        lambda: report.draw(damaged.name, False),
        lambda: compare(damaged.name, whole.name),
    ):
        status = status_of(command)
        told = capsys.readouterr().err
        assert status in (0, 3) and told.count("\n") == (status == 3), told
        assert "internal error" not in told and str(damaged) in told + str(damaged) * (status == 0)


def test_a_record_without_its_total_is_damaged(runs: Path) -> None:
    directory = run(runs, 1)
    kept = json.loads((directory / record.RECORD_FILE).read_text())
    (directory / record.RECORD_FILE).write_text(json.dumps({**kept, "seconds": {}}))
    with pytest.raises(EvidenceError, match="is damaged"):
        record.load(directory)
    assert entries.of_run(directory, runs).verdict == "unfinished"


def changed(directory: Path, **values: object) -> None:
    """Changes the scenario in a run's evidence."""
    kept = json.loads((directory / EVIDENCE_FILE).read_text())
    kept["scenario"] |= values
    (directory / EVIDENCE_FILE).write_text(json.dumps(kept))


def test_a_run_of_a_family_that_is_not_known_here_has_a_page_and_a_place_on_the_board(runs: Path) -> None:
    directory = run(runs, 1)
    changed(directory, family="of-another-version")
    (directory / time_series.SERIES_FILE).write_text(SEEN)
    assert report.draw_board(show=False) == 0
    found = read(directory / "report.html")
    assert "said" in found.text and "Open descriptors" in found.text


def test_evidence_that_cannot_be_is_told_in_a_sentence_and_the_board_is_drawn(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = run(runs, 1)
    changed(directory, parameters={})
    (directory / time_series.SERIES_FILE).write_text(SEEN)
    with pytest.raises(EvidenceError, match="its page cannot be made"):
        report.draw(None, show=False)
    assert report.draw_board(show=False) == 0
    assert "no page" in capsys.readouterr().err
