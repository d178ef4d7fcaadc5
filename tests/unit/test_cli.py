"""The commands as a user types them: wrong usage is one message and exit status 2, and nothing is started."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from scenarios import places
from scenarios.commands import catalog as catalog_command
from scenarios.commands import command, compose, program, runs, scenario
from scenarios.definition import catalog
from scenarios.definition.scenario import Scenario, Service
from scenarios.engines import choose
from scenarios.engines.base import Engine, Leftover
from scenarios.errors import EngineUnavailable, EvidenceError, Interrupted, UsageError
from scenarios.judging import checks
from scenarios.results import run_directories
from scenarios.results.record import Check
from tests.unit.builders import mark_of_the_dead
from tests.unit.scripted import SIZE, Script, ScriptedEngine, ScriptedSession, raising, refused, transfers

SMALL: dict[str, Any] = {"clients": "3", "settings": [f"size={SIZE}"]}
NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent"}
# What only the parser of the command line can get wrong; the rest is tried in this process, a hundred times as fast.
WRONG_LINES = {
    "scenario epol-500": "did you mean 'epoll-500'",
    "scenario epoll-500 --clients -5": "clients is -5",
    "scenario epoll-500 --set nonsense": "--set 'nonsense'",
    "scenario epoll-500 --nope": "--nope",
    "scenario": "name",
    "nonsense": "nonsense",
    "--help nonsense": "nonsense",
    "images.build --image lunix": "lunix",
    "images.build --image": "--image needs a value",
    "scenario epoll-500 --dry-run --set": "--set needs a value",
    "scenario epoll-500 --set --dry-run": "--set needs a value",
    "scenario epoll-500 --set size=1KiB --set --dry-run": "--set needs a value",
    "test --only": "--only needs a value",
    "bench --rounds x": "--rounds",
}


def inv(arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs ./inv from another directory, without a container engine."""
    return subprocess.run(
        [str(places.ROOT / "inv"), *arguments.split()],
        capture_output=True, text=True, check=False, cwd="/", env={**os.environ, **NO_ENGINE, **environment},
    )  # fmt: skip


def test_a_sample_period_that_is_no_number_is_wrong_usage_and_nothing_is_run() -> None:
    done = inv("scenario fetch --engine local", IOLAB_SAMPLE_PERIOD="foo")
    told = "IOLAB_SAMPLE_PERIOD is 'foo': it must be a number of seconds, such as 0.05"
    assert (done.returncode, told in done.stderr, done.stdout) == (2, True, "")


@pytest.mark.parametrize(("arguments", "message"), WRONG_LINES.items())
def test_wrong_usage_is_one_message_and_exit_status_2(arguments: str, message: str) -> None:
    done = inv(arguments)
    assert message in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stdout == ""
    assert done.returncode == 2, done.stderr


def test_without_an_engine_the_message_says_how_to_get_one_and_the_status_is_3() -> None:
    done = inv("scenario epoll-500 --engine docker")
    assert done.returncode == 3
    assert "apt install docker.io" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dry_run_predicts_without_an_engine() -> None:
    done = inv("scenario epoll-500 --nofile 64 --dry-run --json")
    assert done.returncode == 0
    record = json.loads(done.stdout)
    assert (record["verdict"], record["predicted"]["served"], record["measured"]) == ("skip", 59, None)


@pytest.mark.parametrize("arguments", ["scenario --help", "--help scenario", "scenario epoll-500 -h"])
def test_help_is_help_wherever_it_stands_and_has_an_example(arguments: str) -> None:
    done = inv(arguments)
    assert done.returncode == 0
    assert "inv scenario select-1100 --nofile 4096" in done.stdout


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (["logs"], ["logs"]),
        (["logs", "a"], ["logs", "--run", "a"]),
        (["logs", "a", "b"], ["logs", "--run", "a", "--service", "b"]),
        (["logs", "a", "--service", "b"], ["logs", "--run", "a", "--service", "b"]),
        (["logs", "a", "b", "c"], ["logs", "--run", "a", "--service", "b", "c"]),
        (["runs"], ["runs"]),
        ([], []),
    ],
)
def test_optional_arguments_may_stand_without_their_flags(given: list[str], named: list[str]) -> None:
    assert program.named_positionals(given) == named


def test_compose_yaml_is_current() -> None:
    assert compose.FILE.read_text(encoding="utf-8") == compose.generate(), "./inv compose"


@pytest.fixture
def engine(runs: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedEngine:
    """The engine that every command finds; a clean run of epoll-500 with three clients is its script."""
    scripted = ScriptedEngine(transfers())
    monkeypatch.setattr(choose, "connect", lambda name=None: scripted)
    return scripted


def ask(name: str = "epoll-500", settings: Iterable[str] = (), **flags: Any) -> int:
    """What ./inv scenario does with its flags, in this process; returns the exit status."""
    clients, nofile = flags.pop("clients", None), flags.pop("nofile", None)

    def work() -> int:
        given = scenario.parameters(clients, nofile, list(settings))
        return scenario.scenario(name, given, scenario.Options(**flags))

    return command.status_of(lambda: command.after_cleanup(work))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"clients": "0"}, "clients is 0: it must be from 1"),
        ({"clients": "1e3"}, "clients is '1e3'"),
        ({"nofile": "3"}, "nofile is 3"),
        ({"nofile": "99999"}, "the highest here is 20000: the script"),
        ({"settings": ["=5"]}, "--set '=5'"),
        ({"settings": ["clients="]}, "--set 'clients='"),
        ({"settings": ["speed=9"]}, "no parameter 'speed'; it has: clients"),
        ({"settings": ["selector=iocp"]}, "selector is 'iocp': it must be one of select, poll, epoll, default"),
        ({"settings": ["clients=5"], "clients": "6"}, "clients is given twice"),
        ({"settings": ["size=1KiB", "size=2KiB"]}, "size is given twice"),
        ({"repeat": "0"}, "--repeat is 0"),
        ({"repeat": "x"}, "--repeat is 'x'"),
        ({"timeout": "soon"}, "--timeout is 'soon'"),
        ({"timeout": "-1"}, "--timeout is -1"),
        ({"name": "nothing.yaml"}, "there is no file 'nothing.yaml'"),
        ({"name": "xyzzy"}, "`./inv scenarios` lists them all"),
        ({"name": "windows-600", "settings": ["selector=epoll"]}, "win32 has no epoll"),
    ],
)
def test_what_cannot_be_is_one_message_and_nothing_is_started(
    engine: ScriptedEngine, capsys: pytest.CaptureFixture[str], asked: dict[str, Any], message: str
) -> None:
    assert ask(**asked) == 2
    out, err = capsys.readouterr()
    complaint = err.splitlines()[-1]
    assert complaint.startswith("iolab: ")
    assert message in complaint
    assert "verdict" not in out
    assert engine.opened == []
    assert run_directories.everything() == []


def test_an_unknown_engine_is_wrong_usage_wherever_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no engine 'steam'; there are: auto, docker, local"):
        choose.connect("steam")
    monkeypatch.setenv(choose.VARIABLE, "steam")
    with pytest.raises(UsageError, match=f"no engine 'steam' .from {choose.VARIABLE}"):
        choose.connect()


def test_json_is_one_object_on_stdout_and_nothing_else_anywhere(
    engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(**SMALL, as_json=True) == 0
    out, err = capsys.readouterr()
    record = json.loads(out)
    assert err == ""
    assert record["verdict"] == "pass"
    assert record["parameters"] == {"clients": 3, "nofile": 1024, "selector": "epoll", "model": "threads", "size": "16"}
    assert json.loads((Path(record["run"]) / "run.json").read_text(encoding="utf-8")) == record


def test_a_run_shows_prediction_measurement_checks_and_verdict(
    engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(**SMALL) == 0
    out, err = capsys.readouterr()
    assert "predicted  3 served" in out
    assert "predicted" not in err
    assert [part in out for part in ("2 of 2 as predicted", "hold", "verdict", "pass", "evidence: ")] == [True] * 5


def test_a_verbose_run_shows_every_value_and_every_check(
    engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(**SMALL, verbose=True) == 0
    out = capsys.readouterr().out
    assert [part in out for part in ("3 clients", "  ok    the logs are complete")] == [True] * 2


def test_a_dry_run_starts_nothing_and_takes_no_time(engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]) -> None:
    begun = time.monotonic()
    assert ask(dry_run=True, as_json=True) == 0
    took = time.monotonic() - begun
    record = json.loads(capsys.readouterr().out)
    assert (record["verdict"], record["run"], engine.opened) == ("skip", None, [])
    since_start = record["seconds"]["total"] - record["seconds"]["start"]  # which is this whole test run's
    assert 0 <= since_start <= took + 0.001  # it is rounded


class Changing(ScriptedEngine):
    """An engine on which each run goes differently."""

    def __init__(self, *runs: dict[str, Script]) -> None:
        """The scripts of one run after the other."""
        super().__init__({})
        self._runs = list(runs)

    def unable(self, services: Iterable[Service]) -> str | None:
        """Takes the next scripts."""
        self.scripts = self._runs.pop(0)
        return None


GOOD, WRONG, BROKEN = transfers(), refused(2), {"server": Script(exits=3), "client": Script()}


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(
    ("scripts", "status", "verdict", "counted"),
    [
        ([GOOD, GOOD], 0, "pass", "2 runs: 2 pass"),
        ([GOOD, WRONG, GOOD], 1, "fail", "3 runs: 2 pass, 1 fail"),
        ([BROKEN, GOOD], 3, "error", "2 runs: 1 pass, 1 error"),
        ([WRONG, BROKEN, GOOD], 1, "fail", "3 runs: 1 pass, 1 fail, 1 error"),
    ],
)
def test_of_repeated_runs_the_worst_counts_and_a_known_failure_is_worse_than_an_unknown_outcome(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    scripts: list[dict[str, Script]], status: int, verdict: str, counted: str,
) -> None:  # fmt: skip
    for as_json in (False, True):
        changing = Changing(*scripts)
        monkeypatch.setattr(choose, "connect", lambda name=None, engine=changing: engine)
        repeat = str(len(scripts))
        assert ask(**SMALL, repeat=repeat, as_json=as_json) == status
        out = capsys.readouterr().out
        assert (json.loads(out)["verdict"] == verdict) if as_json else (out.splitlines()[-1] == counted)
        assert all(session.removed for session in changing.opened)


def test_every_command_first_removes_what_a_killed_run_left(engine: ScriptedEngine) -> None:
    engine.things = [Leftover("container", "orphan", "dead1", "server", kept=False, owner_lives=False)]
    mark_of_the_dead("dead1")
    assert command.status_of(lambda: command.after_cleanup(lambda: 0)) == 0
    assert (engine.things, run_directories.marks()) == ([], [])


def test_a_lab_that_cannot_go_on_is_one_message_and_its_status(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone(name: str | None = None) -> Engine:
        raise EngineUnavailable("no engine answers")

    monkeypatch.setattr(choose, "connect", gone)
    assert ask() == 3
    assert capsys.readouterr().err == "iolab: no engine answers\n"


@pytest.mark.parametrize(("number", "status"), [(2, 130), (15, 143)])
def test_an_interrupted_command_removes_everything_and_exits_with_its_signal(
    engine: ScriptedEngine, number: int, status: int
) -> None:
    def interrupt(call: str) -> None:
        if call == "start client":
            raise Interrupted(number)

    engine.before = interrupt
    with pytest.raises(SystemExit) as left:
        ask(**SMALL)
    assert left.value.code == status
    assert engine.session.removed


def test_a_wrong_file_in_the_catalog_is_named_in_its_place_and_the_others_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = catalog.file_of("epoll-500").read_text(encoding="utf-8")
    monkeypatch.setattr(places, "CATALOG", tmp_path)
    (tmp_path / "broken.yaml").write_text("summary: x\n", encoding="utf-8")
    (tmp_path / "good.yaml").write_text(re.sub("summary: .*", "summary: Some [/no] clients", good), encoding="utf-8")
    assert catalog_command.show_catalog() == 2
    out = capsys.readouterr().out
    assert "is missing" in out
    assert "[/no] clients" in out


def test_one_scenario_is_json_with_all_that_the_list_has_and_more(capsys: pytest.CaptureFixture[str]) -> None:
    catalog_command.show_catalog(as_json=True)
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert catalog_command.show_one("one-core", as_json=True) == 0
    one = json.loads(capsys.readouterr().out)
    assert {key: one[key] for key in listed["one-core"]} == listed["one-core"]
    assert one["kinds"]["cores"]["allowed"] == "a whole number from 1 to 64"
    assert (one["services"]["compute"]["cpu_count"], one["alone"], len(one["try"])) == (2, True, 2)


def test_a_scenario_that_is_not_in_the_catalog_cannot_be_described() -> None:
    with pytest.raises(UsageError, match="no scenario 'epol-500'; did you mean 'epoll-500'"):
        catalog_command.show_one("epol-500")


def test_runs_are_listed_with_their_verdicts_and_their_logs_are_printed(
    engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runs.show_runs() == 0
    assert "there are no runs yet" in capsys.readouterr().out
    ask(**SMALL, as_json=True)
    run_directories.create("fetch")
    capsys.readouterr()
    runs.show_runs()
    second, first = capsys.readouterr().out.splitlines()[1:]
    assert ("pass" in first, "epoll-500" in first, "clients 3" in first) == (True, True, True)
    assert ("not finished" in second, "fetch" in second) == (True, True)
    assert runs.show_logs("epoll-500", "client") == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split(" | ")[0] for line in lines} == {"client out"}
    assert '"event": "finished"' in lines[-2]
    with pytest.raises(UsageError, match="no service 'clint'; it has: server, client"):
        runs.show_logs("epoll-500", "clint")


@pytest.mark.usefixtures("held")
def test_what_cannot_be_removed_neither_stops_nor_changes_a_later_run(
    engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.things = [Leftover("network", "n1", "dead1", "", kept=False, owner_lives=False)]
    engine.refused = {"n1": "the engine said: no"}
    mark_of_the_dead("dead1")
    for told in ("iolab: network n1 cannot be removed: the engine said: no\n", ""):
        assert ask(**SMALL, as_json=True) == 0
        out, err = capsys.readouterr()
        assert (json.loads(out)["verdict"], err) == ("pass", told)


class Keeping(ScriptedEngine):
    """An engine that holds the machines of its last run until they are removed."""

    def open(self, scenario: Scenario, run: str, *rest: Any) -> ScriptedSession:
        """Notes the run."""
        self.run = run
        return super().open(scenario, run, *rest)

    def leftovers(self) -> list[Leftover]:
        """The server's machine."""
        stands = [Leftover("container", "c1", self.run, "server", kept=True, owner_lives=True)] if self.opened else []
        return [] if self.opened and self.session.removed else stands


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        (lambda *_: (Check(name="it holds", result="passed"),), "kept: look inside with ./inv shell server"),
        (lambda *_: raising(EvidenceError("no space left"))(), "not kept: an error ended the run"),
    ],
)
def test_only_a_run_that_stands_is_said_to_be_kept(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ends: Any, told: str
) -> None:
    keeping = Keeping(transfers())
    monkeypatch.setattr(choose, "connect", lambda name=None: keeping)
    monkeypatch.setattr(checks, "run_checks", ends)
    ask(**SMALL, keep=True)
    out = capsys.readouterr().out
    assert told in out
    assert out.count("kept: ") == 1
