"""Two runs side by side: what differs, what came of both, and what cannot be compared."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scenarios.commands import command, compare
from scenarios.errors import EXIT_ERROR, EXIT_PASS, EXIT_USAGE
from scenarios.judging.comparison import Run, compared, ratio
from scenarios.report import comparison_page
from scenarios.results import record as records
from scenarios.results import run_directories
from scenarios.results.record import Check
from scenarios.results.sample import Sample
from tests.unit import builders
from tests.unit.builders import ended, foreseen, record, saved, service

Kept = Callable[..., str]


def sample(moment: str, cpu: float, descriptors: int = 5) -> Sample:
    """One look."""
    return Sample(moment=moment, descriptors=descriptors, watched=None, nofile_soft=1024, nofile_hard=1024,
                  resident=2**20 * descriptors, cpu_seconds=cpu, all_cpu_seconds=cpu)  # fmt: skip


@pytest.fixture
def keep(runs: Path) -> Kept:
    """Keeps a run and returns its id: of a scenario, with a record of these values, and the server's processor time."""

    def kept(scenario: str = "epoll-500", cpu: float = 0.3, with_evidence: bool = True, **values: Any) -> str:
        run, directory = run_directories.create(scenario)
        told: dict[str, Any] = {"scenario": scenario, "run": str(directory), "parameters": {"clients": 5}}
        told |= {"predicted": foreseen().json(), "measured": ended()} | values
        records.save(replace(record(), **told), directory)
        if with_evidence:
            looks = (sample("ready", 0.1), sample("ended", 0.1 + cpu, 9))
            saved(builders.evidence(service("server", samples=looks)), directory)
        return run

    return kept


def compared_runs(first: str, second: str, as_json: bool = False) -> int:
    """What ./inv compare does, in this process."""
    return command.status_of(lambda: compare.compare(first, second, as_json))


def row(printed: str, name: str) -> list[str]:
    """The words of the line that begins with that name, without it."""
    return next(line for line in printed.splitlines() if line.startswith(name)).removeprefix(name).split()


def test_what_differs_is_shown_and_times_and_resources_with_their_ratio(
    keep: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    first = keep(seconds={"run": 2.0, "total": 3.0})
    second = keep(
        cpu=0.9,
        parameters={"clients": 8, "selector": "poll"},
        measured=ended(58, 59),
        verdict="fail",
        problem="served: predicted 59",
        checks=(Check(name="it holds", result="failed"), Check(name="it is there", result="passed")),
        seconds={"run": 8.0, "check": 1.0, "total": 9.0},
    )
    assert compared_runs(first, second) == EXIT_PASS
    out = capsys.readouterr().out
    assert row(out, "run ") == [first, second]
    assert row(out, "verdict") == ["pass", "fail"]
    assert row(out, "problem") == ["-", "served:", "predicted", "59"]
    assert (row(out, "clients"), row(out, "selector")) == (["5", "8"], ["-", "poll"])
    assert " ".join(row(out, "served")) == "59 clients 59 clients 59 clients 58 clients"
    assert "checks     it holds: passed, failed" in out
    assert "it is there: not run, passed" in out
    _, _, seconds = out.partition("seconds ")
    assert (row(seconds, "run "), row(seconds, "check ")) == (["2", "8", "4.00"], ["-", "1", "-"])
    assert row(out, "processor time, s") == ["0.3", "0.9", "3.00"]
    assert row(out, "open descriptors") == ["9", "9", "1.00"]
    assert "watched" not in out


def test_what_does_not_differ_is_said_to_be_the_same(
    keep: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep()
    monkeypatch.chdir(tmp_path)  # where no `runs` of somebody who works here is
    assert compared_runs("epoll-500", "runs/latest") == EXIT_PASS
    out = capsys.readouterr().out
    assert row(out, "parameters") == ["the", "same"]
    assert "checks     the same checks with the same results" in out


def test_two_scenarios_of_one_family_are_compared_like_two_runs_of_one(
    keep: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    keep()
    keep("poll-500")
    assert compared_runs("epoll-500", "poll-500") == EXIT_PASS
    out = capsys.readouterr().out
    assert row(out, "scenario") == ["epoll-500", "poll-500"]
    assert "cannot be compared" not in out
    assert "predicted, second" in out


def test_of_different_families_it_is_said_what_cannot_be_compared(
    keep: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    keep()
    keep("fetch", with_evidence=False, predicted=builders.FORESEEN.json(), measured=builders.FETCHED)
    assert compared_runs("epoll-500", "fetch") == EXIT_PASS
    out = capsys.readouterr().out
    assert "epoll-500 is of family transfers, fetch of family fetch" in out
    assert "so only what the lab knows of every run is compared" in out
    assert "predicted, first" not in out
    assert row(out, "total") == ["1", "1", "1.00"]


def test_a_run_without_evidence_has_its_record_and_a_scenario_that_is_gone_an_unknown_family(
    keep: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = keep(with_evidence=False), keep(with_evidence=False, predicted=None, measured=None)
    assert compared_runs(first, second) == EXIT_PASS
    out = capsys.readouterr().out
    assert " ".join(row(out, "served")) == "59 clients 59 clients - -"
    keep("gone", with_evidence=False)
    assert compared_runs(first, "gone") == EXIT_PASS
    assert "gone of an unknown family" in capsys.readouterr().out


def test_json_has_both_of_everything(keep: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = keep(), keep(cpu=0.6, measured=ended(58, 59))
    assert compared_runs(first, second, as_json=True) == EXIT_PASS
    told = json.loads(capsys.readouterr().out)
    assert [Path(run).name[-8:] for run in told["runs"]] == [first, second]
    assert [one["served"] for one in told["measured"]] == [59, 58]
    assert [one["served"] for one in told["predicted"]] == [59, 59]
    assert told["resources"]["server"]["processor time, s"] == pytest.approx([0.3, 0.6])
    assert (told["note"], told["parameters"], told["checks"]) == (None, {}, {})


def test_a_run_that_there_is_not_is_wrong_usage_and_one_that_has_not_ended_cannot_be_told(
    keep: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    keep()
    assert compared_runs("epoll-500", "nothing") == EXIT_USAGE
    assert "there is no run 'nothing'" in capsys.readouterr().err
    unfinished, _ = run_directories.create("epoll-500")
    assert compared_runs("epoll-500", unfinished) == EXIT_ERROR
    assert "has no record" in capsys.readouterr().err


def test_a_ratio_is_only_told_of_two_numbers_of_which_the_first_is_something() -> None:
    assert ratio((2, 3.0)) == 1.5
    assert [ratio(pair) for pair in ((0, 1), (None, 1), (1, None), ("1", 1), (True, 1))] == [None] * 5


def test_families_that_are_known_decide_and_not_the_names_of_scenarios() -> None:
    one, other = record(scenario="mine"), record(scenario="mine")
    assert compared(Run(one, None, "transfers"), Run(other, None, "transfers")).note is None
    assert compared(Run(one, None, "transfers"), Run(other, None, "fetch")).note
    assert compared(Run(one, None, None), Run(other, None, None)).note


def test_numbers_that_cannot_be_compared_are_told_in_a_sentence(keep: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = keep(), keep(measured={"served": 10**400, "error": {}})
    assert compared_runs(first, second) == EXIT_ERROR
    err = capsys.readouterr().err
    assert "cannot be compared" in err and "Traceback" not in err


def test_a_run_outside_of_the_folder_of_runs_is_compared_too(
    keep: Kept, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = keep(), keep()
    elsewhere = tmp_path_factory.mktemp("other") / "copy"
    run_directories.find(second).rename(elsewhere)
    assert compared_runs(first, str(elsewhere)) == EXIT_PASS
    assert "parameters" in capsys.readouterr().out


def test_a_damaged_record_is_told_in_one_line(keep: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = keep(), keep()
    (run_directories.find(second) / "run.json").write_text('{"verdict": 1}')
    assert compared_runs(first, second) == EXIT_ERROR
    told = capsys.readouterr().err
    assert "is damaged" in told and "https://" not in told and len(told.splitlines()) == 1


def test_a_comparison_is_shown_also_if_its_page_cannot_be_written(
    keep: Kept, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = keep(), keep()
    (runs / comparison_page.FOLDER).write_text("in the way")
    assert compared_runs(first, second) == EXIT_PASS
    told = capsys.readouterr()
    assert "parameters" in told.out and "no page: the page of the comparison cannot be written" in told.err


def test_the_runs_have_short_names_that_tell_them_apart(keep: Kept) -> None:
    def labels(*names: str) -> tuple[str, str]:
        return comparison_page.labels_of(comparison_page.compare(*map(run_directories.find, names)))

    poll, epoll = (keep(parameters={"clients": 5, "selector": one}) for one in ("poll", "epoll"))
    many, local = keep(parameters={"clients": 8, "selector": "epoll"}), keep(parameters={}, engine="local")
    assert labels(poll, epoll) == ("poll", "epoll")
    assert labels(epoll, many) == ("clients 5", "clients 8")
    assert labels(keep(parameters={}), local) == ("docker", "local")
    assert labels(keep(), keep()) == ("first", "second")
    assert labels(keep(), keep("poll-500")) == ("epoll-500", "poll-500")
