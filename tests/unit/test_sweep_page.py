"""The page of a sweep, its one entry on the board, and how pages and comparisons come and go with their runs."""

from pathlib import Path

import pytest

from scenarios.commands import report
from scenarios.commands import runs as runs_command
from scenarios.errors import EXIT_PASS, EvidenceError
from scenarios.report import board, comparison_page, entries, sweep_page
from scenarios.results import run_directories, sweep_record
from tests.unit.test_page import read
from tests.unit.test_sweep import engine, run

__all__ = ["engine"]  # a fixture


def swept(**given: str) -> Path:
    assert run(**given) == EXIT_PASS  # type: ignore[arg-type]
    return sweep_record.everything()[-1]


@pytest.mark.usefixtures("engine")
def test_a_sweep_leaves_a_page_with_its_curve_its_growth_and_a_row_for_each_run(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = swept(clients="3,6,12,24")
    assert str(directory / "report.html") in capsys.readouterr().out
    found = read(directory / "report.html")
    assert "linear, N^1.0" in found.text and "95 % confidence interval" in found.text
    links = [one for one in found.refers if one.endswith("report.html")]
    assert len(links) == 4
    assert all((directory / one).resolve().is_file() for one in links)
    assert found.elements.count("svg") == 2


@pytest.mark.usefixtures("engine")
def test_a_cliff_stands_on_the_page_by_theory_and_as_measured(runs: Path) -> None:
    directory = swept(clients="3,6,12,24,200", nofile="100")
    text = read(directory / "report.html").text
    (cliff,) = sweep_record.load(directory).cliffs
    assert f"from {cliff.at:g}" in text and "Too many open files" in text and "Measured at 24" in text


@pytest.mark.usefixtures("engine")
def test_a_sweep_whose_parameter_is_no_number_has_bars(runs: Path) -> None:
    text = read(swept(clients="20", selector="poll,epoll", measure="open-descriptors") / "report.html").text
    assert "unknown: no varied parameter is a number" in text


@pytest.mark.usefixtures("engine")
def test_the_points_of_a_sweep_are_one_entry_with_its_parameters_and_leave_the_trend_alone(runs: Path) -> None:
    directory = swept(clients="3,6,12")
    listed = entries.entries(run_directories.everything(), runs)
    whole = [one for one in listed if one.about.startswith("sweep of 3: 3 pass; clients 3, 6, 12")]
    assert len(whole) == 1
    assert whole[0].link == f".sweeps/{directory.name}/report.html"
    assert "clients=6" in whole[0].tokens.split() and "size=16" in whole[0].tokens.split()
    points = {Path(one.run).name[-8:] for one in sweep_record.load(directory).points if one.run}
    assert not points & {one.run for one in listed}
    found = read(board.write(run_directories.everything(), runs))
    assert "0 runs of 0 scenarios, and" in found.text


@pytest.mark.usefixtures("engine")
def test_the_runs_of_an_earlier_time_of_the_same_sweep_belong_to_it_too(runs: Path) -> None:
    directory = swept(clients="3,6")
    before = [one.run for one in sweep_record.load(directory).points]
    swept(clients="3,6")
    assert list(sweep_record.load(directory).earlier) == before
    assert [one for one in entries.entries(run_directories.everything(), runs) if one.run] == []


def test_a_trend_is_of_runs_with_the_same_parameters(runs: Path) -> None:
    from tests.unit.test_board import run as kept_run

    kept = [kept_run(runs, n, parameters={"clients": clients}) for n, clients in enumerate((5, 800, 5, 5), start=1)]
    found = read(board.write(kept, runs))
    assert "2, 4, 5" in " ".join(found.text.split()).replace("2.0", "2").replace("4.0", "4").replace("5.0", "5")


@pytest.mark.usefixtures("engine")
def test_the_board_draws_the_pages_of_sweeps_again(runs: Path) -> None:
    directory = swept(clients="3,6")
    (directory / "report.html").unlink()
    assert report.draw_board(show=False) == 0
    assert (directory / "report.html").is_file()


@pytest.mark.usefixtures("engine")
def test_a_damaged_sweep_hides_no_other_and_has_no_page(runs: Path) -> None:
    directory = swept(clients="3,6")
    (directory / sweep_record.FILE).write_text("[")
    assert entries.entries(run_directories.everything(), runs)
    with pytest.raises(EvidenceError, match="is damaged"):
        sweep_page.text(directory)


@pytest.mark.usefixtures("engine")
def test_a_sweep_with_nonsense_in_it_is_told_in_a_sentence(runs: Path) -> None:
    directory = swept(clients="3,6,12,24")
    text = (directory / sweep_record.FILE).read_text().replace('"clients": 3', '"x": 3')
    (directory / sweep_record.FILE).write_text(text)
    with pytest.raises(EvidenceError, match="its page cannot be made"):
        sweep_page.text(directory)
    assert report.draw_board(show=False) == 0


@pytest.mark.usefixtures("engine")
def test_half_a_surrogate_pair_in_a_sweep_ends_no_other_page(runs: Path) -> None:
    directory = swept(clients="3,6")
    text = (directory / sweep_record.FILE).read_text().replace('"scenario": "', '"scenario": "\\ud800')
    (directory / sweep_record.FILE).write_text(text)
    assert report.draw_board(show=False) == 0
    with pytest.raises(EvidenceError, match="is damaged"):
        sweep_page.text(directory)


@pytest.mark.usefixtures("engine")
def test_a_comparison_goes_with_its_runs(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    swept(clients="3,6")
    first, second = run_directories.everything()
    page = comparison_page.write(first, second)
    assert "clients 3" in read(page).text and "clients 6" in read(page).text
    links = [one for one in read(page).refers if one.endswith("report.html")]
    assert [(page.parent / one).resolve() for one in links] == [first / "report.html", second / "report.html"]
    assert page.parent.name in board.write([first, second], runs).read_text(encoding="utf-8")
    runs_command.clean("1")
    assert f"removed {page.parent}: a run of this comparison is gone" in capsys.readouterr().out
    assert not page.exists() and comparison_page.everything() == []
