"""The commands on runs: the list, clearing old ones away, what is left on engines, one run that is insisted on."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from scenarios.commands import command
from scenarios.commands import runs as commands
from scenarios.engines import choose
from scenarios.engines.base import Engine, Leftover
from scenarios.errors import EngineAbsent, EngineUnavailable, UsageError
from scenarios.results import run_directories
from tests.unit.scripted import ScriptedEngine, transfers

OLD = ("epoll-500", "fetch")


@pytest.fixture
def many(runs: Path) -> list[Path]:
    """25 runs of two scenarios that came to their end, oldest first; none of their records can be read."""
    made = [run_directories.create(OLD[number % 2])[1] for number in range(25)]
    for directory in made:
        (directory / run_directories.RECORD).touch()
    return made


def test_the_newest_twenty_runs_are_listed_first_and_the_rest_on_demand(
    many: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [path.name.rpartition("-")[2] for path in reversed(many)]
    commands.show_runs()
    _, *lines, more = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ids[:20]
    assert more.startswith("and 5 older ones: list them with ./inv runs --all")
    commands.show_runs(everything=True)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == ids
    commands.show_runs(everything=True, as_json=True)
    listed = json.loads(capsys.readouterr().out)
    assert [one["run"] for one in listed] == ids
    assert (listed[0]["verdict"], listed[0]["scenario"]) == (None, "epoll-500")


def test_old_runs_are_removed_and_named_and_the_links_lead_to_what_is_kept(
    many: list[Path], runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.clean("20") == 0
    out = capsys.readouterr().out.splitlines()
    assert out == [*(f"removed {path}" for path in many[:5]), "5 removed, 20 kept"]
    assert run_directories.everything() == many[5:]
    assert commands.clean("1") == 0
    assert (runs / "latest").resolve() == many[-1]
    assert sorted(path.name for path in runs.iterdir()) == ["epoll-500", "latest"]
    assert commands.clean("0") == 0
    assert list(runs.iterdir()) == []


def test_a_run_under_way_is_not_cleared_away(many: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    run_directories.mark(many[0].name.rpartition("-")[2], "local")
    assert commands.clean("24") == 0
    assert f"not removed, it is in progress: {many[0]}" in capsys.readouterr().out
    assert run_directories.everything() == many


@pytest.mark.parametrize("keep", ["-1", "x", "1.5"])
def test_how_many_are_kept_must_be_a_number(keep: str, many: list[Path]) -> None:
    with pytest.raises(UsageError, match="--keep is"):
        commands.clean(keep)
    assert len(run_directories.everything()) == 25


def refused(reason: str, cause: Exception) -> EngineUnavailable:
    """An engine that could not be asked, as the Docker engine says it."""
    error = EngineUnavailable(reason)
    error.__cause__ = cause
    return error


@pytest.fixture
def local(runs: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedEngine:
    """The local engine, scripted; Docker says what the test makes it say."""
    scripted = ScriptedEngine(transfers())
    monkeypatch.setattr(choose, "_local", lambda: scripted)
    return scripted


def docker(monkeypatch: pytest.MonkeyPatch, error: EngineUnavailable) -> None:
    """Makes Docker answer with an error."""

    def ask(answer_within: int | None = None) -> Engine:
        raise error

    monkeypatch.setattr(choose, "_docker", ask)


def down(engine: str | None = None, run: str | None = None) -> int:
    """The command with its errors told."""
    return command.status_of(lambda: commands.take_down(engine, run))


def test_nothing_is_said_of_an_engine_that_does_not_exist(
    local: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    docker(monkeypatch, EngineAbsent("no container engine answers"))
    assert down() == 0
    assert capsys.readouterr().out == "nothing was left\n"


@pytest.mark.parametrize("cause", [PermissionError(13, "Permission denied"), TimeoutError("timed out")])
@pytest.mark.parametrize("engine", [None, "docker"])
def test_of_an_engine_that_could_not_be_asked_it_is_not_said_that_nothing_was_left(
    local: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    cause: Exception, engine: str | None,
) -> None:  # fmt: skip
    docker(monkeypatch, refused(f"Docker could not be asked ({cause})", cause))
    assert down(engine) == 3
    out, err = capsys.readouterr()
    assert "nothing was left" not in out
    assert "the lab could not look for leftovers: " in err
    assert str(cause) in err


def things(*of: tuple[str, bool]) -> list[Leftover]:
    """One process for each run and whether its owner lives."""
    return [Leftover("process", f"p-{run}", run, "server", kept=False, owner_lives=lives) for run, lives in of]


def test_a_run_whose_owner_lives_is_removed_when_it_is_named_and_no_other_is(
    local: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    docker(monkeypatch, EngineAbsent("none"))
    local.things = things(("alive", True), ("dead", False), ("other", True))
    assert down() == 0
    assert "left alone: 2 run(s) under way: alive, other" in capsys.readouterr().out
    local.things = things(("alive", True), ("dead", False), ("other", True))
    assert down(run="alive") == 0
    assert capsys.readouterr().out == "removed process p-alive\n"
    assert [thing.run for thing in local.things] == ["dead", "other"]
    assert down(run="alive") == 2  # now there is no such run


class Shells(ScriptedEngine):
    """An engine on which a shell can be opened."""

    def execute_in(self, leftover: Leftover, command: Iterable[str]) -> int:
        """Notes where."""
        self.opened_in = (leftover.run, leftover.service, *command)
        return 7


def test_a_shell_opens_in_the_newest_kept_run_and_hands_on_its_status(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Shells(transfers())
    monkeypatch.setattr(choose, "reachable", lambda name=None: [engine])
    older, newer = (run_directories.create("epoll-500")[0] for _ in range(2))
    engine.things = [
        Leftover("container", f"c-{run}", run, "server", kept=True, owner_lives=False) for run in (newer, older)
    ]
    assert commands.open_shell("server", None, None) == 7
    assert engine.opened_in == (newer, "server", "sh")
    commands.open_shell("server", older, None)
    assert engine.opened_in == (older, "server", "sh")
    with pytest.raises(UsageError, match=f"no kept run has a service 'clint'; there are: .*{older} server"):
        commands.open_shell("clint", None, None)


def test_without_a_kept_run_the_shell_says_how_to_keep_one(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "reachable", lambda name=None: [ScriptedEngine(transfers())])
    with pytest.raises(UsageError, match="no run is kept; keep one"):
        commands.open_shell("server", None, None)


def test_a_run_that_is_named_by_nothing_is_not_all_of_them(local: ScriptedEngine) -> None:
    local.things = things(("r1", False))
    for name in ("", " "):
        with pytest.raises(UsageError, match="name is empty"):
            commands.take_down("local", name)
    assert len(local.things) == 1


@pytest.mark.parametrize("name", ["", " "])
def test_nothing_does_not_name_the_latest_run(name: str, many: list[Path]) -> None:
    with pytest.raises(UsageError, match="name is empty"):
        run_directories.find(name)


def test_what_cannot_be_removed_does_not_change_the_status_of_down_and_is_told_once(
    local: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    docker(monkeypatch, EngineAbsent("none"))
    local.things = things(("stays", False), ("dead", False))
    local.refused = {"p-stays": "the engine said: no"}
    assert down() == 0
    assert capsys.readouterr() == (
        "removed process p-dead\n",
        "iolab: process p-stays cannot be removed: the engine said: no\n",
    )
    for run in (None, "stays"):
        assert down(run=run) == 0
        assert capsys.readouterr() == ("nothing was left that can be removed; ./inv doctor says why 1 cannot\n", "")
    local.things += things(("alive", True))
    assert down() == 0
    assert "left alone: 1 run(s) under way: alive\n" in capsys.readouterr().out


def test_a_run_that_there_is_not_cannot_be_taken_down(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(choose, "asked", lambda _: ([ScriptedEngine(transfers())], []))
    assert command.status_of(lambda: commands.take_down(None, "nonsense")) == 2
    assert "there is no run 'nonsense'" in capsys.readouterr().err


def test_a_log_has_no_effect_on_a_terminal(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = runs / "log"
    log.write_text("\x1b[2J\x1b]0;title\x07 text\u202e\n")
    commands._print_stream("server out", log)
    assert capsys.readouterr().out == "server out | \u241b[2J\u241b]0;title\u2407 text\\u202e\n"
