"""An exercise checked on a scripted engine: what is drawn, run, found, told and noted."""

import json
from pathlib import Path
from typing import Any

import pytest

from labs import checking, course, draws, hinting, progress, telling, workspace
from labs.checking import Checked
from labs.commands import check, helping, overview, start
from labs.exercise import Exercise
from labs.progress import Predicted
from scenarios import evidence, places
from scenarios.engines import choose
from scenarios.errors import EngineError, EngineGone, UsageError
from scenarios.record import Check
from tests.unit.made_course import CLIENTS, FIRST, SECOND, lay
from tests.unit.scripted import Script, ScriptedEngine, at, event, raised, raising, transfers

pytestmark = pytest.mark.usefixtures("runs", "laid")
IN_THEIRS = '  File "/opt/iolab/code/server.py", line 4, in serve\n    x\n'


class Unisolated(ScriptedEngine):
    """One that keeps nothing apart."""

    not_isolated = "nothing is kept apart"  # type: ignore[assignment]


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
    workspace.begin(exercise)
    return exercise


def checked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], scripts: dict[str, Script], **more: Any
) -> tuple[int, dict[str, Any]]:
    """The status of lab.check --json, and what it printed."""
    on(monkeypatch, ScriptedEngine(scripts, **more))
    status = check.check(begun().name, check.Wanted(as_json=True))
    return status, json.loads(capsys.readouterr().out)


def scripts(**server: Any) -> dict[str, Script]:
    """Those of a run that goes well but for its server."""
    made = transfers(CLIENTS)
    for key, value in server.items():
        setattr(made["server"], key, value)
    return made


def test_the_learners_files_are_what_the_engine_is_to_run_and_stay_with_the_evidence(
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


def test_what_passes_is_noted_and_leads_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    engine = on(monkeypatch, ScriptedEngine(transfers(CLIENTS)))
    monkeypatch.setattr(draws, "draw", lambda *_: [{"clients": "3", "size": "16", "nofile": "1024"}])
    begun()
    assert check.check(FIRST, check.Wanted()) == 0
    said = capsys.readouterr().out
    assert "passed" in said and "./inv lab.start 020" in said
    noted = progress.load().of(FIRST)
    assert (noted.state, noted.attempts[0].result, noted.upcoming) == ("done", "passed", None)
    assert engine.opened[0].removed


def test_what_an_exercise_asks_for_and_this_machine_could_not_look_at_is_said(
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
    monkeypatch.setattr("scenarios.checks.run_checks", lambda *_: results)
    on(monkeypatch, ScriptedEngine(transfers(CLIENTS)))
    begun()
    assert check.check(FIRST, check.Wanted()) == 0
    said = capsys.readouterr().out
    assert "crash: why not crash" in said
    assert "why not served" not in said and "nobody asks" not in said


def test_the_parameters_of_an_attempt_are_those_that_were_shown_before_it_and_then_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exercise = begun()
    shown = checking.upcoming(exercise)
    assert checking.upcoming(exercise) == shown
    _, found = checked(monkeypatch, capsys, transfers(CLIENTS))
    assert found["parameters"] == shown
    assert checking.upcoming(exercise) != shown


def test_what_is_measured_otherwise_is_told_in_the_words_of_the_exercise_with_a_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = checked(monkeypatch, capsys, transfers(CLIENTS, served=2))
    first = found["findings"][0]
    assert (status, found["result"], first["about"]) == (1, "not yet", "served")
    assert (first["say"], first["file"], first["line"]) == ("Not everybody was served.", "server.py", 4)
    assert "predicted 3 clients, measured 2 clients" in first["told"]


def test_a_crash_is_told_with_the_learners_own_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = raised("ZeroDivisionError", "zero").replace('  File "x.py", line 1, in <module>\n', IN_THEIRS)
    _, found = checked(monkeypatch, capsys, scripts(error=error, exits=1, says="", until=None))
    first = found["findings"][0]
    assert (first["about"], first["file"], first["line"]) == ("crash", "server.py", 4)
    assert first["lines"][-1] == "ZeroDivisionError: zero"
    assert [one["about"] for one in found["findings"]] == ["crash"]


def test_a_program_that_says_nothing_and_does_not_end_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = places.EXERCISES / FIRST / "exercise.yaml"
    path.write_text(path.read_text().replace("timeout: 5", "timeout: 0.5"))
    status, found = checked(monkeypatch, capsys, scripts(says=""))
    assert (status, found["findings"][0]["about"]) == (1, "silent")


def test_a_server_that_ends_by_itself_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = checked(monkeypatch, capsys, scripts(until=None, exits=0, says="hello\n"))
    assert found["findings"][0]["about"] == "ended"


def test_events_that_nobody_can_understand_are_the_programs_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = transfers(CLIENTS)
    made["client"].then[-1] = event("finished", served="many")
    status, found = checked(monkeypatch, capsys, made)
    assert (status, found["result"]) == (1, "not yet")


@pytest.mark.parametrize("problem", [EngineGone("it is gone"), EngineError("it refuses")])
@pytest.mark.parametrize("where", ["start server 1", "look server 1", "create 1"])
def test_an_engine_that_fails_is_never_told_as_a_wrong_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], problem: Exception, where: str
) -> None:
    status, found = checked(monkeypatch, capsys, transfers(CLIENTS), before=at(where, raising(problem)))
    assert (status, found["result"], found["findings"]) == (3, "unknown", [])
    assert str(problem) in found["problem"]
    assert progress.load().of(FIRST).attempts[0].result == "unknown"


def test_an_engine_that_fails_while_checks_run_is_no_wrong_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(draws, "draw", lambda *_: [{"clients": "3", "size": "16", "nofile": "1024"}])
    before = at("execute server 1", raising(EngineGone("it is gone")))
    status, found = checked(monkeypatch, capsys, transfers(CLIENTS), before=before)
    assert (status, found["result"]) == (3, "unknown")


def test_a_file_that_cannot_be_read_is_told_without_a_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = on(monkeypatch, ScriptedEngine(transfers(CLIENTS)))
    (workspace.folder(begun()) / "server.py").write_text("def f(:\n")
    assert check.check(FIRST, check.Wanted(as_json=True)) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(one["about"], one["line"]) for one in found] == [("unreadable", 1)]
    assert not engine.opened


def test_what_a_program_printed_cannot_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on(monkeypatch, ScriptedEngine(scripts(error=raised("ValueError", "\x1b[2J\x07[bold]x"), exits=1, until=None)))
    begun()
    check.check(FIRST, check.Wanted())
    said = capsys.readouterr().out
    assert "\x1b[2J" not in said and "\x07" not in said
    assert "[bold]x" in said


def test_who_must_foresee_something_is_asked_before_the_first_run_and_no_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = on(monkeypatch, ScriptedEngine(transfers(CLIENTS)))
    begun(SECOND)
    with pytest.raises(UsageError, match=r"How many\?\n.*lab.check 020 --predict served="):
        check.check(SECOND, check.Wanted(as_json=True))
    assert not engine.opened
    check.check(SECOND, check.Wanted(as_json=True, predict=("served=4",)))
    check.check(SECOND, check.Wanted(as_json=True, predict=("served=3",)))
    capsys.readouterr()
    kept = progress.load().of(SECOND).predictions["served"]
    assert (kept.said, kept.theory, kept.measured) == ("4", "3", "3")


@pytest.mark.parametrize("text", ["served", "=3", "served=", "served= ", "colour=3"])
def test_a_prediction_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    on(monkeypatch, ScriptedEngine(transfers(CLIENTS)))
    begun(SECOND)
    with pytest.raises(UsageError, match="--predict"):
        check.check(SECOND, check.Wanted(as_json=True, predict=(text,)))


@pytest.mark.parametrize(
    ("said", "value", "same"),
    [("1 2", "1, 2", True), ("1,2", "2 1", False), ("1020", "1020", True), ("None", "none", True), ("12", "1", False)],
)
def test_a_prediction_counts_however_it_is_written_down(said: str, value: str, same: bool) -> None:
    assert checking.agrees(said, value) == same


@pytest.mark.parametrize(
    ("said", "theory", "measured", "told"),
    [
        ("3", "3", "3", "as it came"),
        ("3", "3", "1", "theory counted the same; 1 was measured of a program that is not right yet"),
        ("1", "3", "1", "theory counted 3, and 1 was measured"),
    ],
)
def test_who_foresaw_what_theory_did_is_not_wrong_because_the_starter_does_something_else(
    capsys: pytest.CaptureFixture[str], said: str, theory: str, measured: str, told: str
) -> None:
    kept = Predicted(said=said, theory=theory, measured=measured)
    telling.checked(Checked(course.find(SECOND), [], [], [], "not yet", predictions={"served": kept}), telling.out())
    assert f"served {said}: {told}" in " ".join(capsys.readouterr().out.split())


def test_programs_run_unisolated_only_after_a_yes_which_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = on(monkeypatch, Unisolated(transfers(CLIENTS)))
    begun()
    with pytest.raises(UsageError, match=r"nothing is kept apart.*--yes"):
        check.check(FIRST, check.Wanted(as_json=True))
    assert not engine.opened
    check.check(FIRST, check.Wanted(as_json=True, yes=True))
    check.check(FIRST, check.Wanted(as_json=True))
    assert len(engine.opened) == 2


def test_a_check_of_what_was_not_begun_says_how_to_begin() -> None:
    with pytest.raises(UsageError, match=r"./inv lab.start 020 begins it"):
        check.check("20", check.Wanted())
    with pytest.raises(UsageError, match="no exercise was begun yet"):
        check.check("", check.Wanted())


def test_a_start_shows_where_the_files_are_and_what_comes_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert start.start("", None, False, True) == 0
    said = capsys.readouterr().out
    assert f"workspace/{FIRST}/server.py" in said and "nofile" in said
    assert "./inv lab.check 010" in said and "README.md" in said


def test_a_start_on_an_engine_that_does_not_exist_lays_nothing_out() -> None:
    with pytest.raises(UsageError, match="there is no engine 'podman'"):
        start.start("", "podman", False, False)
    assert not workspace.folder(course.find(FIRST)).exists()


def test_the_next_hint_is_one_that_the_last_attempt_calls_for() -> None:
    exercise, noted = course.find(FIRST), progress.Course()
    given: list[int | None] = []

    def ask() -> None:
        given.append(hinting.following(exercise, noted))
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


def test_a_solution_is_shown_before_its_time_only_if_insisted_upon_and_that_is_noted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    begun()
    with pytest.raises(UsageError, match="--show"):
        helping.solution(FIRST, False)
    assert progress.load().of(FIRST).solution_shown is None
    helping.solution(FIRST, True)
    said = capsys.readouterr().out
    assert '-    """TODO 1: serve."""' in said and '+    """Serves."""' in said
    assert progress.load().of(FIRST).solution_shown


def test_the_map_says_what_is_done_and_what_is_next(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.noting() as noted:
        noted.of(FIRST).begun = noted.of(FIRST).passed = progress.now()
    overview.show_map()
    said = capsys.readouterr().out
    assert "1 of 2 done" in said and "./inv lab.start 020" in said
    with progress.noting() as noted:
        noted.of(SECOND).passed = progress.now()
    overview.show_map()
    assert "the course is done" in capsys.readouterr().out


def test_a_report_has_what_a_teacher_needs_and_nothing_else_of_the_machine(
    laid: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for learner in ("ada", "ben"):
        (laid / "class" / learner).mkdir(parents=True)
        kept = progress.Progress()
        kept.of(FIRST).hints.append(0)
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


def test_a_name_or_a_number_finds_an_exercise() -> None:
    assert {course.find(name).name for name in ("010-first", "010", "10", "workspace/010-first/")} == {FIRST}
    with pytest.raises(UsageError, match="did you mean '010-first'"):
        course.find("010-frist")
    with pytest.raises(UsageError, match=r"\./inv lab shows them all"):
        course.find("zzz")
