"""Many scenarios in one go: a line each, one JUnit file, the worst status, and going on after an interrupt."""

import json
import os
import signal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from invoke import ParseError

from scenarios import errors, places
from scenarios.commands import batch as batch_command
from scenarios.commands import command, program
from scenarios.commands.scenario import Options
from scenarios.definition import catalog
from scenarios.engines import choose
from scenarios.judging import checks
from scenarios.pipeline import batch
from scenarios.report import junit
from scenarios.report.live_table import Screen
from scenarios.results import run_directories
from scenarios.results.record import Check
from scenarios.system import signals
from tests.unit.builders import record
from tests.unit.scripted import ScriptedEngine, transfers

CATALOG = {"one": "epoll-500", "two": "poll-500", "three": "select-500"}
PARAMETERS = "clients: 500"


@pytest.fixture
def catalog_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalog of three scenarios with three clients each; the third must run alone."""
    folder = tmp_path / "catalog"
    folder.mkdir()
    for name, like in CATALOG.items():
        text = places.catalog_files()[like].read_text(encoding="utf-8").replace(PARAMETERS, "clients: 3")
        (folder / f"{name}.yaml").write_text(text + ("alone: true\n" if name == "three" else ""), encoding="utf-8")
    monkeypatch.setattr(places, "CATALOG", folder)
    return folder


@pytest.fixture
def engine(runs: Path, catalog_folder: Path, held: None, monkeypatch: pytest.MonkeyPatch) -> ScriptedEngine:
    """The engine of every process: three clients are served, as epoll's one would be."""
    scripted = ScriptedEngine(transfers())
    monkeypatch.setattr(choose, "connect", lambda name=None: scripted)
    return scripted


def run_all(selection: batch_command.Selection | None = None, **options: Any) -> int:
    """What ./inv scenario --all does, in this process."""
    selected = selection or batch_command.Selection()
    return command.status_of(lambda: batch_command.run_all(selected, {}, Options(**options)))


def lines(printed: str) -> list[list[str]]:
    return [line.split()[:2] for line in printed.splitlines()]


@pytest.mark.usefixtures("engine")
def test_each_scenario_has_a_line_and_one_that_must_run_alone_is_last(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_all() == 0
    *ended, summary = capsys.readouterr().out.splitlines()
    assert sorted(lines("\n".join(ended[:2]))) == [["pass", "one"], ["pass", "two"]]
    assert lines(ended[2]) == [["pass", "three"]]
    assert summary.startswith("3 scenarios: 3 pass; JUnit: ")


@pytest.mark.usefixtures("engine")
def test_json_has_every_record_and_where_the_junit_file_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_all(as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert sorted(one["scenario"] for one in told["runs"]) == sorted(CATALOG)
    assert told["counted"] == {"pass": 3, "fail": 0, "error": 0, "skip": 0}
    suites = ElementTree.parse(told["junit"]).getroot()
    assert {suite.get("name") for suite in suites} == set(CATALOG)
    assert all(case.get("name") for suite in suites for case in suite)


@pytest.mark.usefixtures("engine")
def test_a_topic_is_run_alone(catalog_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = catalog_folder / "two.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("topic: servers", "topic: events"), encoding="utf-8")
    assert run_all(batch_command.Selection("events")) == 0
    assert lines(capsys.readouterr().out) == [["pass", "two"], ["1", "scenarios:"]]


@pytest.mark.usefixtures("engine")
def test_what_was_not_predicted_makes_the_status_1_and_is_a_failure_in_junit(
    catalog_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = catalog_folder / "two.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("clients: 3", "clients: 4"), encoding="utf-8")
    assert run_all(as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["counted"]["fail"] == 1
    wrong = ElementTree.parse(told["junit"]).getroot().find("testsuite[@name='two']/testcase/failure")
    assert wrong is not None
    assert "served: predicted 4" in str(wrong.get("message"))


@pytest.mark.parametrize(
    ("selection", "given", "options", "message"),
    [
        (batch_command.Selection("networks"), {}, Options(), "no topic 'networks'; there are: coroutines, waiting"),
        (batch_command.Selection(), {"clients": "5"}, Options(), "a parameter is for one scenario"),
        (batch_command.Selection(), {}, Options(keep=True), "--keep is for one scenario"),
        (batch_command.Selection(), {}, Options(repeat="2"), "--repeat is for one scenario"),
        (batch_command.Selection(), {}, Options(dry_run=True), "--dry-run is for one scenario"),
        (batch_command.Selection(), {}, Options(timeout="soon"), "--timeout is 'soon'"),
    ],
)
def test_what_makes_no_sense_for_all_is_wrong_usage(
    selection: batch_command.Selection, given: dict[str, str], options: Options, message: str
) -> None:
    with pytest.raises(errors.UsageError, match=message):
        batch_command.run_all(selection, given, options)


class Stopping:
    """Interrupts the batch when a scenario begins."""

    def __init__(self, at: str) -> None:
        self.at, self.begun = at, list[str]()

    def begins(self, name: str) -> None:
        self.begun.append(name)
        if name == self.at:
            raise errors.Interrupted(signal.SIGTERM)

    def doing(self, name: str, what: str) -> None:
        pass

    def goes_on(self) -> None:
        pass


@pytest.mark.usefixtures("engine")
def test_an_interrupt_ends_all_that_runs_and_the_next_goes_on_with_what_is_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begins = Screen.begins

    def interrupted_at(screen: Screen, name: str) -> None:
        begins(screen, name)
        if name == "three":
            raise errors.Interrupted(signal.SIGINT)

    with monkeypatch.context() as patched, pytest.raises(errors.Interrupted):
        patched.setattr(Screen, "begins", interrupted_at)
        run_all()
    assert "2 of 3 scenarios are done; continue with: `./inv scenario --all --resume`" in capsys.readouterr().err
    assert run_directories.marks() == []
    assert run_all(batch_command.Selection(resume=True)) == 0
    told = capsys.readouterr().out
    assert [line for line in lines(told) if line[0] == "pass"] == [["pass", "three"]]
    assert "3 scenarios: 3 pass" in told


@pytest.mark.usefixtures("engine")
def test_one_by_one_each_run_begins_after_the_one_before_has_ended() -> None:
    follower, ended = Stopping("nothing"), 0
    scenarios = [catalog.load(name) for name in ("one", "two", "one", "two")]
    for ended, _ in enumerate(batch.run_batch(scenarios, batch.BatchOptions("scripted", one_by_one=True), follower), 1):
        assert len(follower.begun) == ended
    assert ended == len(scenarios)


@pytest.mark.usefixtures("engine")
def test_an_interrupt_in_the_middle_of_a_fork_ends_the_series_and_what_was_forked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What Python calls at a fork may not raise: there the interrupt would be lost."""
    start, started = batch.FORK.Process.start, list[Any]()

    def interrupted(process: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        start(process)
        started.append(process)

    monkeypatch.setattr(signals, "_received", [])
    monkeypatch.setattr(batch.FORK.Process, "start", interrupted)
    before = {number: signal.getsignal(number) for number in signals.ENDING}
    signals.install()
    try:
        with pytest.raises(errors.Interrupted):
            list(batch.run_batch([catalog.load("one")], batch.BatchOptions("scripted"), Stopping("nothing")))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert [process.is_alive() for process in started] == [False]


@pytest.mark.usefixtures("engine")
def test_what_changed_since_the_interrupt_is_run_again(
    catalog_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_all() == 0
    path = catalog_folder / "two.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    capsys.readouterr()
    assert run_all(batch_command.Selection(resume=True)) == 0
    assert lines(capsys.readouterr().out)[:-1] == [["pass", "two"]]


@pytest.mark.parametrize("noted", ["", "[1]", "5", '{"one": 5, "two": {"file": []}}', '{"three": {"run": 7}}'])
@pytest.mark.usefixtures("engine")
def test_what_was_noted_and_cannot_be_understood_is_run_again(
    noted: str, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = runs / batch_command.FOLDER / "scripted-all"
    folder.mkdir(parents=True)
    (folder / "series.json").write_text(noted, encoding="utf-8")
    assert run_all(batch_command.Selection(resume=True)) == 0
    assert "3 scenarios: 3 pass" in capsys.readouterr().out


@pytest.mark.usefixtures("engine")
def test_a_file_that_changes_or_goes_while_all_run_is_run_again_as_it_is_then(
    catalog_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begins, (one, two) = Screen.begins, (catalog_folder / "one.yaml", catalog_folder / "two.yaml")

    def changed_at_once(screen: Screen, name: str) -> None:
        if name == "one":
            one.write_text(one.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
            two.unlink()
        begins(screen, name)

    with monkeypatch.context() as patched:
        patched.setattr(Screen, "begins", changed_at_once)
        assert run_all() == 0
    capsys.readouterr()
    assert run_all(batch_command.Selection(resume=True)) == 0
    assert lines(capsys.readouterr().out)[:-1] == [["pass", "one"]]


@pytest.mark.usefixtures("engine")
def test_what_the_lab_could_not_tell_is_run_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    crashed = (Check(name="it holds", result="error", message="the engine does not answer"),)
    with monkeypatch.context() as patched:
        patched.setattr(checks, "run_checks", lambda *_: crashed)
        assert run_all() == errors.EXIT_ERROR
    capsys.readouterr()
    assert run_all(batch_command.Selection(resume=True)) == 0
    assert len(lines(capsys.readouterr().out)[:-1]) == 3


@pytest.mark.parametrize("flags", [["--all"], ["--topic", "events"], ["--resume"]])
def test_a_scenario_beside_what_is_for_all_is_wrong_usage(flags: list[str]) -> None:
    with pytest.raises(ParseError, match="takes no scenario name, such as 'epoll-500'"):
        program.without_name(["scenario", "epoll-500", *flags])


@pytest.mark.usefixtures("engine")
def test_what_cannot_be_noted_says_what_to_do(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (runs / batch_command.FOLDER).write_text("in the way", encoding="utf-8")
    assert run_all() == errors.EXIT_ERROR
    assert "set IOLAB_RUNS to another directory" in capsys.readouterr().err


@pytest.mark.usefixtures("engine")
def test_how_to_go_on_names_the_engine_and_the_topic(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(screen: Screen, name: str) -> None:
        raise errors.Interrupted(signal.SIGINT)

    monkeypatch.setattr(Screen, "begins", interrupted)
    with pytest.raises(errors.Interrupted):
        run_all(batch_command.Selection("servers"), engine="local")
    assert "`./inv scenario --all --topic servers --engine local --resume`" in capsys.readouterr().err


@pytest.mark.usefixtures("engine")
def test_a_run_whose_process_is_killed_is_an_error_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    work = batch._run_in_child

    def killed(connection: Any, scenario: Any, how: Any) -> None:
        if scenario.name == "two":
            os.kill(os.getpid(), signal.SIGKILL)
        work(connection, scenario, how)

    monkeypatch.setattr(batch, "_run_in_child", killed)
    scenarios = [catalog.load(name) for name in catalog.names()]
    finished = batch.run_batch(scenarios, batch.BatchOptions("scripted"), Stopping("nothing"))
    told = {one.scenario: one for one in finished}
    assert {name: one.verdict for name, one in told.items()} == {"one": "pass", "two": "error", "three": "pass"}
    assert told["two"].problem == batch.LOST


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("times", "verdicts"), [(1, ["pass"] * 3), (2, ["error", "pass", "pass"])])
@pytest.mark.parametrize("had_too_little", ["the run", "a check of it"])
def test_a_run_that_had_too_little_time_runs_once_more_with_nothing_beside_it(
    times: int, verdicts: list[str], had_too_little: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, cause = batch._run_in_child, errors.OutOfTime.__name__
    late_check = Check("it sleeps", "error", "too busy", cause)
    why: dict[str, Any] = {"cause": cause} if had_too_little == "the run" else {"checks": (late_check,)}

    def late(connection: Any, scenario: Any, how: Any) -> None:
        seen = tmp_path / f"seen-{scenario.name}"
        seen.write_text(seen.read_text() + "x" if seen.exists() else "x")
        if scenario.name == "two" and len(seen.read_text()) <= times:
            connection.send(record(scenario="two", verdict="error", **why))
        else:
            work(connection, scenario, how)

    monkeypatch.setattr(batch, "_run_in_child", late)
    follower = Stopping("nothing")
    scenarios = [catalog.load(name) for name in ("two", "one", "three")]
    finished = list(batch.run_batch(scenarios, batch.BatchOptions("scripted"), follower))
    assert sorted(one.verdict for one in finished) == verdicts
    assert [one.scenario for one in finished] == ["one", "three", "two"]
    assert follower.begun == ["two", "one", "three", "two"]


@pytest.mark.usefixtures("catalog_folder")
def test_what_nobody_foresaw_in_a_run_is_an_error_without_a_traceback_on_the_screen(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def connect(name: str | None = None) -> Any:
        raise ZeroDivisionError("nobody thought of this")

    monkeypatch.setattr(choose, "connect", connect)
    monkeypatch.setattr(run_directories, "_begun_here", [])
    scenarios = [catalog.load("one")]
    (told,) = batch.run_batch(scenarios, batch.BatchOptions("scripted"), Stopping("nothing"))
    assert told.verdict == "error"
    assert "internal error of iolab: ZeroDivisionError: nobody thought of this; the traceback is in" in str(
        told.problem
    )
    assert "Traceback" not in capfd.readouterr().err
    assert list((runs / ".errors").glob("*.txt"))


def test_what_a_program_wrote_cannot_break_the_junit_file(tmp_path: Path) -> None:
    nasty = record(verdict="error", problem="a\x00b <tag> \ud800 \x1b[31m ü")
    junit.write([nasty], tmp_path / "junit.xml")
    case = ElementTree.parse(tmp_path / "junit.xml").getroot().find("testsuite/testcase/error")
    assert case is not None
    assert "<tag>" in str(case.get("message"))
