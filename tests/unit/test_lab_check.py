"""The lab.* commands on a scripted engine: draws, runs, findings, texts and saved progress."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tasks
from labs import attempt, baseline, checking, course, findings, hints, output, progress, randomize, workspace
from labs.checking import Checked
from labs.commands import check, overview, solution, start
from labs.exercise import Baseline, Exercise
from labs.progress import Predicted
from labs.workspace import Unreadable
from scenarios import places
from scenarios.engines import choose
from scenarios.errors import EngineError, EngineGone, UsageError
from scenarios.pipeline.experiment import Setup
from scenarios.results import evidence, run_directories
from scenarios.results.record import Check
from tests.unit.course_builder import CLIENTS, FIRST, SECOND, lay
from tests.unit.scripted import Quiet, Script, ScriptedEngine, at, event, raised, raising, transfers

pytestmark = pytest.mark.usefixtures("runs", "laid")
IN_THEIRS = '  File "/opt/iolab/code/server.py", line 4, in serve\n    x\n'


class Unisolated(ScriptedEngine):
    """An engine without isolation."""

    not_isolated = "nothing is isolated"  # type: ignore[assignment]


@pytest.fixture
def laid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "EXERCISES", lay(tmp_path / "exercises"))
    monkeypatch.setattr(places, "WORKSPACE", tmp_path / "workspace")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def on(monkeypatch: pytest.MonkeyPatch, engine: ScriptedEngine) -> ScriptedEngine:
    monkeypatch.setattr(choose, "connect", lambda _: engine)
    return engine


def begun(name: str = FIRST) -> Exercise:
    exercise = course.find(name)
    workspace.create(exercise)
    return exercise


def checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], scripts: dict[str, Script], **more: Any
) -> tuple[int, dict[str, Any]]:
    """The status of lab.check --json, and what it printed."""
    on(monkeypatch, ScriptedEngine(scripts, **more))
    status = check.check(begun().name, check.CheckOptions(as_json=True))
    return status, json.loads(capsys.readouterr().out)


def scripts(**server: Any) -> dict[str, Script]:
    """Those of a run that goes well but for its server."""
    made = transfers(CLIENTS)
    for key, value in server.items():
        setattr(made["server"], key, value)
    return made


def test_the_engine_gets_the_learners_files_and_the_evidence_keeps_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exercise = begun()
    (workspace.folder(exercise) / "server.py").write_text("mine = 1\n")
    _, found = checked(monkeypatch, capsys, transfers(CLIENTS))
    services = evidence.load(Path(found["runs"][0])).scenario.services
    server, client = services["server"], services["client"]
    assert server.code
    assert server.code.files == {"server.py": "mine = 1\n"}
    assert (server.module, client.module) == ("server", "labs.programs.clients.transfer")
    assert client.code is None


def test_a_pass_is_saved_and_names_the_next_exercise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = on(monkeypatch, ScriptedEngine(transfers(CLIENTS)))
    monkeypatch.setattr(randomize, "draw", lambda *_: [{"clients": "3", "size": "16", "nofile": "1024"}])
    begun()
    assert check.check(FIRST, check.CheckOptions()) == 0
    said = capsys.readouterr().out
    assert "passed" in said and "./inv lab.start 020" in said
    saved = progress.load().entry(FIRST)
    assert (saved.state, saved.attempts[0].result, saved.upcoming) == ("done", "passed", None)
    assert saved.attempts[0].runs == [run_directories.run_of(run_directories.everything()[-1])]
    assert engine.opened[0].removed


def test_a_check_of_the_exercise_that_this_machine_cannot_run_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def skipped(name: str, cause: str | None = "Unavailable") -> Check:
        return Check(name=name, result="skipped", message=f"why not {name}", cause=cause)

    results = (
        Check(name="it holds", result="passed"),
        skipped("crash"),
        skipped("served", None),
        skipped("nobody asks"),
    )
    monkeypatch.setattr("scenarios.judging.checks.run_checks", lambda *_: results)
    on(monkeypatch, ScriptedEngine(transfers(CLIENTS)))
    begun()
    assert check.check(FIRST, check.CheckOptions()) == 0
    said = capsys.readouterr().out
    assert "crash: why not crash" in said
    assert "why not served" not in said and "nobody asks" not in said


def test_an_attempt_has_the_parameters_shown_before_it_and_the_next_has_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exercise = begun()
    shown = checking.next_parameters(exercise)
    assert checking.next_parameters(exercise) == shown
    _, found = checked(monkeypatch, capsys, transfers(CLIENTS))
    assert found["parameters"] == shown
    assert checking.next_parameters(exercise) != shown


def test_a_wrong_measurement_gets_the_exercises_text_and_a_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = checked(monkeypatch, capsys, transfers(CLIENTS, served=2))
    first = found["findings"][0]
    assert (status, found["result"], first["about"]) == (1, "not yet", "served")
    assert (first["say"], first["file"], first["line"]) == ("Some clients were not served.", "server.py", 4)
    assert "predicted 3 clients, measured 2 clients" in first["told"]


def test_a_crash_names_the_learners_own_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = raised("ZeroDivisionError", "zero").replace('  File "x.py", line 1, in <module>\n', IN_THEIRS)
    _, found = checked(monkeypatch, capsys, scripts(error=error, exits=1, says="", until=None))
    first = found["findings"][0]
    assert (first["about"], first["file"], first["line"]) == ("crash", "server.py", 4)
    assert first["lines"][-1] == "ZeroDivisionError: zero"
    assert [one["about"] for one in found["findings"]] == ["crash"]


def test_a_silent_program_that_does_not_end_is_stopped_after_the_timeout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = places.EXERCISES / FIRST / "exercise.yaml"
    path.write_text(path.read_text().replace("timeout: 5", "timeout: 0.5"))
    status, found = checked(monkeypatch, capsys, scripts(says=""))
    assert (status, found["findings"][0]["about"]) == (1, "silent")


def test_a_server_that_ends_by_itself_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = checked(monkeypatch, capsys, scripts(until=None, exits=0, says="hello\n"))
    assert found["findings"][0]["about"] == "ended"


def test_events_that_the_lab_cannot_read_are_a_fault_of_the_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = transfers(CLIENTS)
    made["client"].then[-1] = event("finished", served="many")
    status, found = checked(monkeypatch, capsys, made)
    assert (status, found["result"]) == (1, "not yet")


@pytest.mark.parametrize("problem", [EngineGone("it is gone"), EngineError("it refuses")])
@pytest.mark.parametrize("where", ["start server 1", "snapshot server 1", "create 1"])
def test_a_failing_engine_is_never_a_wrong_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], problem: Exception, where: str
) -> None:
    status, found = checked(monkeypatch, capsys, transfers(CLIENTS), before=at(where, raising(problem)))
    assert (status, found["result"], found["findings"]) == (3, "unknown", [])
    assert str(problem) in found["problem"]
    assert progress.load().entry(FIRST).attempts[0].result == "unknown"


def test_an_engine_that_fails_during_the_checks_is_no_wrong_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(randomize, "draw", lambda *_: [{"clients": "3", "size": "16", "nofile": "1024"}])
    before = at("execute server 1", raising(EngineGone("it is gone")))
    status, found = checked(monkeypatch, capsys, transfers(CLIENTS), before=before)
    assert (status, found["result"]) == (3, "unknown")


def test_a_file_that_python_cannot_compile_is_reported_without_a_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = on(monkeypatch, ScriptedEngine(transfers(CLIENTS)))
    (workspace.folder(begun()) / "server.py").write_text("def f(:\n")
    assert check.check(FIRST, check.CheckOptions(as_json=True)) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(one["about"], one["line"]) for one in found] == [("unreadable", 1)]
    assert not engine.opened


def test_output_of_a_program_cannot_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on(monkeypatch, ScriptedEngine(scripts(error=raised("ValueError", "\x1b[2J\x07[bold]x"), exits=1, until=None)))
    begun()
    check.check(FIRST, check.CheckOptions())
    said = capsys.readouterr().out
    assert "\x1b[2J" not in said and "\x07" not in said
    assert "[bold]x" in said


def test_a_prediction_is_asked_for_before_the_first_run_and_not_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = on(monkeypatch, ScriptedEngine(transfers(CLIENTS)))
    begun(SECOND)
    with pytest.raises(UsageError, match=r"How many\?\n.*lab.check 020 --predict served="):
        check.check(SECOND, check.CheckOptions(as_json=True))
    assert not engine.opened
    check.check(SECOND, check.CheckOptions(as_json=True, predict=("served=4",)))
    check.check(SECOND, check.CheckOptions(as_json=True, predict=("served=3",)))
    capsys.readouterr()
    kept = progress.load().entry(SECOND).predictions["served"]
    assert (kept.said, kept.theory, kept.measured) == ("4", "3", "3")


def test_a_prediction_keeps_its_parameters_until_it_has_been_compared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on(monkeypatch, ScriptedEngine(transfers(CLIENTS)))
    here = workspace.folder(begun(SECOND)) / "server.py"
    right, drawn = here.read_text(), checking.next_parameters(course.find(SECOND))
    here.write_text("def")
    check.check(SECOND, check.CheckOptions(as_json=True, predict=("served=4",)))
    assert checking.next_parameters(course.find(SECOND)) == drawn
    here.write_text(right)
    check.check(SECOND, check.CheckOptions(as_json=True))
    capsys.readouterr()
    assert progress.load().entry(SECOND).attempts[-1].parameters == drawn
    assert checking.next_parameters(course.find(SECOND)) != drawn


def test_a_reset_program_is_not_the_learners_that_passed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on(monkeypatch, ScriptedEngine(transfers(CLIENTS)))
    monkeypatch.setattr(randomize, "draw", lambda *_: [{"clients": "3", "size": "16", "nofile": "1024"}])
    exercise = begun(FIRST)
    assert check.check(FIRST, check.CheckOptions(as_json=True)) == 0
    capsys.readouterr()
    shown = Baseline(scenario="epoll-500", shows="", exercise=FIRST, programs={"server": "server.py"})
    assert baseline.folder_of(shown)[0] == f"your program of {FIRST}"
    (workspace.folder(exercise) / "server.py").write_text("changed = True\n")
    assert baseline.folder_of(shown) == (f"the solution of {FIRST}", exercise.solution)


def test_a_folder_in_place_of_a_program_is_told_as_one() -> None:
    here = workspace.folder(begun(FIRST))
    (here / "server.py").unlink()
    (here / "server.py").mkdir()
    made = workspace.read_code(here, "server.py")
    assert isinstance(made, Unreadable) and "is a folder" in made.problem


def test_the_files_of_an_older_course_are_found_under_the_new_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(progress.RENAMED, "005-first", FIRST)
    old = places.WORKSPACE / "005-first"
    old.mkdir(parents=True)
    (old / "server.py").write_text("mine = 1\n")
    kept = progress.Progress(current="005-first")
    kept.entry("005-first").hints.append(2)
    (places.WORKSPACE / progress.FILE).write_text(kept.model_dump_json())
    assert (workspace.folder(course.find(FIRST)) / "server.py").read_text() == "mine = 1\n"
    assert progress.load().current == FIRST and progress.load().entry(FIRST).hints == [2]


@pytest.mark.parametrize("text", ["served", "=3", "served=", "served= ", "colour=3"])
def test_a_malformed_prediction_is_an_error(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    on(monkeypatch, ScriptedEngine(transfers(CLIENTS)))
    begun(SECOND)
    with pytest.raises(UsageError, match="--predict"):
        check.check(SECOND, check.CheckOptions(as_json=True, predict=(text,)))


@pytest.mark.parametrize(
    ("said", "value", "same"),
    [("1 2", "1, 2", True), ("1,2", "2 1", False), ("1020", "1020", True), ("None", "none", True), ("12", "1", False)],
)
def test_a_guess_counts_with_any_separators_and_capitals(said: str, value: str, same: bool) -> None:
    assert checking.agrees(said, value) == same


@pytest.mark.parametrize(
    ("said", "theory", "measured", "told"),
    [
        ("3", "3", "3", "correct"),
        ("3", "3", "1", "theory predicts the same; the lab measured 1, because your program is not right yet"),
        ("1", "3", "1", "theory predicts 3, and the lab measured 1"),
    ],
)
def test_a_guess_is_compared_with_theory_and_not_with_an_unfinished_program(
    capsys: pytest.CaptureFixture[str], said: str, theory: str, measured: str, told: str
) -> None:
    kept = Predicted(said=said, theory=theory, measured=measured)
    output.show_result(
        Checked(course.find(SECOND), [], [], [], "not yet", predictions={"served": kept}), output.terminal()
    )
    assert f"served {said}: {told}" in " ".join(capsys.readouterr().out.split())


def test_programs_run_without_isolation_only_after_consent_which_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = on(monkeypatch, Unisolated(transfers(CLIENTS)))
    begun()
    with pytest.raises(UsageError, match=r"nothing is isolated.*--yes"):
        check.check(FIRST, check.CheckOptions(as_json=True))
    assert not engine.opened
    check.check(FIRST, check.CheckOptions(as_json=True, yes=True))
    check.check(FIRST, check.CheckOptions(as_json=True))
    assert len(engine.opened) == 2


def test_a_check_before_the_start_says_how_to_start() -> None:
    with pytest.raises(UsageError, match=r"020-second is not started; start it with ./inv lab.start 020"):
        check.check("20", check.CheckOptions())
    with pytest.raises(UsageError, match="no exercise is started"):
        check.check("", check.CheckOptions())


def test_a_start_shows_the_files_and_the_next_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert start.start("", None, False, True) == 0
    said = capsys.readouterr().out
    assert f"workspace/{FIRST}/server.py" in said and "nofile" in said
    assert "./inv lab.check 010" in said and "README.md" in said


@pytest.mark.parametrize("flag", ["without_demo", "without_ceiling"])
def test_a_start_without_the_demonstration_needs_no_engine(monkeypatch: pytest.MonkeyPatch, flag: str) -> None:
    monkeypatch.setattr(choose, "connect", raising(EngineGone("it is gone")))
    assert tasks.start_exercise.body(None, FIRST, **{flag: True}) == 0


def test_a_start_on_an_unknown_engine_copies_no_file() -> None:
    with pytest.raises(UsageError, match="there is no engine 'podman'"):
        start.start("", "podman", False, False)
    assert not workspace.folder(course.find(FIRST)).exists()


def test_a_hint_before_the_start_is_refused_and_not_counted() -> None:
    with pytest.raises(UsageError, match=r"start the exercise first: \./inv lab\.start 010"):
        tasks.hint_exercise.body.__wrapped__(None, FIRST)
    assert progress.load().entry(FIRST).hints == []


def test_the_next_hint_fits_the_last_attempt() -> None:
    exercise, noted = course.find(FIRST), progress.ExerciseProgress()
    given: list[int | None] = []

    def ask() -> None:
        given.append(hints.next_hint(exercise, noted))
        if given[-1] is not None:
            noted.hints.append(given[-1])

    ask()
    noted.attempts.append(progress.Attempt(time="", result="not yet", findings=["served"]))
    ask()
    noted.attempts.append(progress.Attempt(time="", result="not yet", findings=["crash"]))
    ask()
    ask()
    ask()
    assert given == [1, 2, 0, 3, None]


def test_a_hint_about_a_file_is_given_only_for_findings_in_it() -> None:
    exercise = course.find(FIRST)
    hint = exercise.spec.hints[0].model_copy(update={"file": "server.py"})
    exercise = replace(exercise, spec=exercise.spec.model_copy(update={"hints": (hint,)}))
    noted = progress.ExerciseProgress()
    for files, expected in (["client.py"], None), (["server.py"], 0):
        noted.attempts.append(progress.Attempt(time="", result="not yet", findings=["crash"], files=files))
        assert hints.next_hint(exercise, noted) == expected


def test_a_solution_is_shown_before_a_pass_only_with_show_which_is_recorded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    begun()
    with pytest.raises(UsageError, match="--show"):
        solution.solution(FIRST, False)
    assert progress.load().entry(FIRST).solution_shown is None
    solution.solution(FIRST, True)
    said = capsys.readouterr().out
    assert '-    """TODO 1: serve."""' in said and '+    """Serves."""' in said
    assert progress.load().entry(FIRST).solution_shown


def test_the_map_shows_what_is_done_and_the_next_command(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.updating() as saved:
        saved.entry(FIRST).begun = saved.entry(FIRST).passed = progress.now()
    overview.show_map()
    said = capsys.readouterr().out
    assert "1 of 2 done" in said and "./inv lab.start 020" in said
    with progress.updating() as saved:
        saved.entry(SECOND).passed = progress.now()
    overview.show_map()
    assert "you have finished the course" in capsys.readouterr().out


def test_a_report_shows_the_progress_and_no_path_of_the_machine(laid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for learner in ("ada", "ben"):
        (laid / "class" / learner).mkdir(parents=True)
        kept = progress.Progress()
        kept.entry(FIRST).hints.append(0)
        (laid / "class" / learner / progress.FILE).write_text(kept.model_dump_json())
    overview.report("class", True)
    said = capsys.readouterr().out
    found = json.loads(said)
    assert set(found) == {"ada", "ben"}
    assert [row["hints"] for row in found["ada"]] == [1, 0]
    assert str(laid) not in said
    overview.report("class", False)
    assert "learner" in capsys.readouterr().out
    with pytest.raises(UsageError, match="there is no folder"):
        overview.report("nowhere", False)


def test_a_report_names_a_damaged_workspace_and_a_learner_who_has_not_begun(
    laid: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for learner, text in (("ada", "{}"), ("ben", "{"), ("eve", None)):
        (laid / "class" / learner).mkdir(parents=True)
        if text:
            (laid / "class" / learner / progress.FILE).write_text(text)
    assert overview.report("class", False, as_csv=True) == 3
    said = capsys.readouterr()
    rows = list(csv.reader(said.out.splitlines()))
    assert rows[0][:3] == ["learner", "exercise", "state"] and {row[0] for row in rows[1:]} == {"ada", "eve"}
    assert "left out" in said.err and str(Path("class") / "ben") in said.err


def test_a_name_or_a_number_finds_an_exercise() -> None:
    assert {course.find(name).name for name in ("010-first", "010", "10", "workspace/010-first/")} == {FIRST}
    with pytest.raises(UsageError, match="did you mean '010-first'"):
        course.find("010-frist")
    with pytest.raises(UsageError, match=r"\./inv lab lists all exercises"):
        course.find("zzz")


@pytest.mark.parametrize("cause", ["WaitTimeout", "LabFailure"])
def test_more_events_than_the_lab_keeps_are_a_flood_also_when_the_time_is_up_or_the_output_never_ends(
    monkeypatch: pytest.MonkeyPatch, cause: str
) -> None:
    exercise = begun()
    on(monkeypatch, ScriptedEngine(scripts()))
    (part,) = exercise.spec.parts
    made = attempt.scenarios(exercise, workspace.folder(exercise), [{}])
    assert not isinstance(made, Unreadable)
    done = attempt.run(exercise, part, made[0], Setup(choose.connect(None), Quiet()))
    assert done.evidence is not None
    (name,) = part.programs
    flooded = replace(done.evidence.services[name], events_left_out=1, exit_status=None)
    record = replace(done.record, verdict="error", cause=cause)
    done = replace(
        done, record=record, evidence=replace(done.evidence, services={**done.evidence.services, name: flooded})
    )
    assert [one.about for one in findings.find(exercise, done, workspace.folder(exercise))] == ["flood"]
