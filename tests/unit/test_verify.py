"""lab.verify: each program runs in a process of its own, wrong results run again, and an interrupt ends all of them."""

import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from labs import course, trial_runs
from labs.commands import verify
from labs.trial_runs import Tried, run, run_trials
from labs.trials import FOLDER, Trial, unfit_files
from scenarios import places
from scenarios.errors import Interrupted, SpecError
from scenarios.pipeline.batch import LOST
from tests.unit.course_builder import FIRST, lay
from tests.unit.scripted import ScriptedEngine, transfers

pytestmark = pytest.mark.usefixtures("runs", "laid")


@pytest.fixture
def laid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "EXERCISES", lay(tmp_path / "exercises"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / "exercises" / FIRST


def give(monkeypatch: pytest.MonkeyPatch, result: Callable[[Trial], str | None]) -> None:
    """Gives each trial this result instead of a run."""
    monkeypatch.setattr(trial_runs, "problem_of", lambda trial, _engine: result(trial))


def two() -> list[Trial]:
    exercise = course.find(FIRST)
    return [Trial(exercise, exercise.starter, finding="served"), Trial(exercise, exercise.solution)]


def results(tried: list[Tried]) -> dict[str, str | None]:
    return {one.trial.name: one.problem for one in tried}


def test_each_trial_has_its_result_and_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, lambda trial: "it passed" if trial.finding else None)
    done = list(run(two(), "local", 2))
    assert results(done) == {"starter": "it passed", "solution 1": None}
    assert all(one.seconds > 0 for one in done)


def test_a_process_that_is_killed_leaves_a_result_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, lambda _: os.kill(os.getpid(), signal.SIGKILL))
    assert set(results(list(run(two(), "local", 2))).values()) == {LOST}


@pytest.mark.parametrize(("wrong", "problem", "again"), [(1, None, 1), (2, "it passed", 2), (3, "it passed", 3)])
def test_a_result_that_is_wrong_counts_only_if_it_is_so_in_two_of_three_runs(
    wrong: int, problem: str | None, again: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def result(_: Trial) -> str | None:
        number = sum(1 for _ in tmp_path.glob("run-*"))
        (tmp_path / f"run-{number}").touch()
        return "it passed" if number < wrong else None

    give(monkeypatch, result)
    told: list[Tried] = []
    (tried,) = run_trials(two()[:1], "local", told.append)
    assert (tried.problem, tried.again) == (problem, again)
    assert [one.problem for one in told] == ["it passed"]


def test_an_interrupt_ends_the_processes_and_says_how_many_programs_were_tried(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def result(trial: Trial) -> str | None:
        if trial.finding:
            return None
        (tmp_path / "begun").write_text(str(os.getpid()))
        signal.signal(signal.SIGINT, lambda *_: os._exit(0))
        time.sleep(60)
        return None

    def progress(*_: object) -> None:
        while not (tmp_path / "begun").exists() or not (tmp_path / "begun").read_text():
            pass
        raise Interrupted(signal.SIGINT)

    give(monkeypatch, result)
    monkeypatch.setattr(verify, "_progress", progress)
    with pytest.raises(Interrupted):
        verify._run(two(), "local")
    assert "1 of 2 programs are tried: none with another result" in capsys.readouterr().err
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "begun").read_text()), 0)


def test_the_folder_of_a_killed_process_is_removed_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    dead = 4_194_305  # one more than the greatest process id of Linux
    for owner in (dead, os.getpid()):
        (tmp_path / f"{FOLDER}{owner}-x").mkdir()
    trial_runs.remove_folders_of_the_killed()
    assert [one.name for one in tmp_path.glob(f"{FOLDER}*")] == [f"{FOLDER}{os.getpid()}-x"]


def test_each_exercise_has_a_line_with_its_time_and_progress_goes_to_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scenarios.engines.choose.connect", lambda _: ScriptedEngine(transfers(3)))
    give(monkeypatch, lambda _: None)
    assert verify.verify(FIRST, None, True) == 1  # other/ and wrong/ are missing
    said = capsys.readouterr()
    assert "4/4  010" in said.err and "starter: rejected with served" in said.err
    assert FIRST in said.out and "4 programs: none with another result" in said.out
    assert said.out.count("no program is in") == 2


def test_what_is_no_part_of_an_exercise_is_told(laid: Path) -> None:
    (laid / "wrong" / "empty").mkdir(parents=True)
    (laid / "wrong" / "notes.txt").write_text("x")
    (laid / "more.py").write_text("x")
    told = "\n".join(unfit_files(course.find(FIRST)))
    assert all(f"no part of an exercise: {laid / one}" in told for one in ("wrong/empty", "wrong/notes.txt", "more.py"))
    assert f"no program is in {laid / 'wrong'}" in told and "starter" not in told


def test_a_wrong_program_that_names_no_finding_is_an_error(laid: Path) -> None:
    (laid / "wrong").mkdir()
    (laid / "wrong" / "one.py").write_text("print(1)\n")
    with pytest.raises(SpecError, match="names its finding"):
        unfit_files(course.find(FIRST))
