"""The program behind ./inv: its help, several commands on a line, what happens to the unforeseen."""

import errno
import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from invoke import Collection, Config, Context

import tasks
from scenarios import __version__, places, rundirs
from scenarios.commands import command, overview, program, started
from scenarios.errors import Interrupted, LabFailure, UsageError
from tests.unit.test_cli import inv

RUN: list[str] = []


def made(name: str, work: Any) -> Any:
    """A command that notes that it was run."""

    def function(_: Context) -> int:
        RUN.append(name)
        return int(work())

    return command.command("Tests", name=name)(function)


def raising(error: BaseException) -> Any:
    """A function that fails."""

    def fail() -> int:
        raise error

    return fail


def status(line: str, *commands: Any) -> tuple[Any, list[str]]:
    """The exit status of a command line, and which commands were run."""
    RUN.clear()
    with pytest.raises(SystemExit) as left:
        program.Iolab(Collection(*commands)).run(["inv", *line.split()])
    return left.value.code, list(RUN)


GOOD, BAD, LOST = made("good", lambda: 0), made("bad", lambda: 1), made("lost", lambda: 3)
WRONG = made("wrong", raising(UsageError("no such thing")))


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize(
    ("line", "worst", "run"),
    [
        ("good", 0, ["good"]),
        ("good bad good", 1, ["good", "bad", "good"]),
        ("lost good", 3, ["lost", "good"]),
        ("lost bad", 1, ["lost", "bad"]),
        ("good good", 0, ["good", "good"]),
        ("bad wrong good", 2, ["bad", "wrong"]),
        ("good nonsense", 2, []),
    ],
)
def test_commands_on_one_line_all_run_in_order_and_the_worst_status_counts(
    line: str, worst: int, run: list[str]
) -> None:
    assert status(line, GOOD, BAD, LOST, WRONG) == (worst, run)


@pytest.mark.usefixtures("runs")
def test_an_interrupt_ends_all_commands_with_its_own_status() -> None:
    stopped = made("stopped", raising(Interrupted(15)))
    assert status("stopped good", stopped, GOOD) == (143, ["stopped"])


def test_without_a_command_all_commands_are_shown_with_two_examples_and_none_of_invokes_own_options() -> None:
    shown = [inv(line) for line in ("", "--help", "--list")]
    assert [one.returncode for one in shown] == [0, 0, 0]
    assert len({one.stdout for one in shown}) == 1
    out = shown[0].stdout
    listed = [line.split()[0] for line in out.splitlines() if line.startswith("  ")]
    assert {"scenario", "scenarios", "runs", "runs.clean", "images", "images.build", "doctor"} <= set(listed)
    assert len([line for line in listed if line == "./inv"]) == 2
    assert ("prompt-for-sudo" in out, "core" in out.lower()) == (False, False)


def test_every_command_has_one_line_for_the_list_and_an_example_that_is_its_own() -> None:
    for name, one in overview.commands(tasks.namespace):
        assert overview.first_line(one).endswith("."), name
        assert f"Example: ./inv {name}" in one.__doc__, name


def test_the_version_is_that_of_the_lab() -> None:
    assert inv("--version").stdout == f"iolab {__version__}\n"


def test_what_invoke_was_told_about_other_projects_does_not_apply(tmp_path: Path) -> None:
    (tmp_path / ".invoke.yaml").write_text("tasks: {executor_class: nowhere.Nothing}\n", encoding="utf-8")
    assert inv("scenario epoll-500 --dry-run", HOME=str(tmp_path)).returncode == 0
    assert Config(lazy=True).prefix == "invoke"
    assert program.Settings(lazy=True).prefix == "iolab"


@pytest.mark.usefixtures("runs")
def test_what_was_not_foreseen_is_one_line_and_exits_with_3(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rundirs, "_begun_here", [])
    assert command.status_of(raising(ZeroDivisionError("one line\nand another"))) == 3
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ZeroDivisionError: one line and another; the traceback is in" in said
    kept = Path(said.split(" is in ")[1].strip())
    assert kept.parent == runs / ".errors"
    assert "ZeroDivisionError" in kept.read_text(encoding="utf-8")
    assert rundirs.everything() == []


def test_the_traceback_stands_in_the_directory_of_the_run_that_it_ended(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rundirs, "_begun_here", [])

    def work() -> int:
        rundirs.create("epoll-500")
        raise ZeroDivisionError

    assert command.status_of(work) == 3
    (directory,) = rundirs.everything()
    assert str(directory / "traceback.txt") in capsys.readouterr().err
    assert "in work" in (directory / "traceback.txt").read_text(encoding="utf-8")


def test_a_traceback_that_no_run_directory_takes_goes_to_the_systems_own_place(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(rundirs, "_begun_here", [])
    monkeypatch.setattr(rundirs, "RUNS", Path("/proc/none"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert command.status_of(raising(KeyError("x"))) == 3
    assert str(tmp_path / "iolab-") in capsys.readouterr().err


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_nothing_is_one_line_and_no_fault_of_the_lab(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.status_of(raising(OSError(number, os.strerror(number), "/somewhere/file"))) == 3
    assert capsys.readouterr().err == f"iolab: /somewhere/file: {os.strerror(number)}\n"


def test_what_the_lab_reports_itself_has_its_own_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.status_of(raising(LabFailure("the engine is gone"))) == 3
    assert command.status_of(raising(UsageError("wrong"))) == 2
    assert capsys.readouterr().err == "iolab: the engine is gone\niolab: wrong\n"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An invoke in an environment that has nothing else, as pipx makes it: the installed package, linked."""
    home = tmp_path_factory.mktemp("elsewhere")
    venv.create(home, with_pip=False)
    import invoke

    package = Path(invoke.__file__).parent
    (site,) = home.glob("lib/python*/site-packages")
    (site / "invoke").symlink_to(package)
    (info,) = package.parent.glob("invoke-*.dist-info")
    (site / info.name).symlink_to(info)
    yield home / "bin" / "python"


@pytest.mark.parametrize(
    ("own", "line", "where", "expected", "said"),
    [
        (False, "scenario epoll-500 --nofile 64 --dry-run --json", "labs/programs", 0, '"served": 59'),
        (False, f"--search-root {places.ROOT} -c tasks scenario epol-500", "/", 2, "did you mean 'epoll-500'"),
        (False, "", ".", 0, "Examples:"),
        (True, "nonsense", "scenarios", 2, "nonsense"),
        (True, "scenario --help", ".", 0, "Example: ./inv scenario"),
        (True, "--help scenario", ".", 0, "Example: ./inv scenario"),
        (True, "--complete -- invoke scenario epoll-5", ".", 0, "epoll-500"),
    ],
)
def test_any_invoke_ends_up_in_the_same_program(
    elsewhere: Path, own: bool, line: str, where: str, expected: int, said: str
) -> None:
    python = sys.executable if own else str(elsewhere)
    done = subprocess.run(
        [python, "-m", "invoke", *line.split()], cwd=places.ROOT / where, capture_output=True, text=True, check=False
    )
    assert done.returncode == expected, done.stderr
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_the_commands_can_be_imported_with_invoke_alone(elsewhere: Path) -> None:
    subprocess.run([elsewhere, "-c", "import tasks; tasks.namespace"], cwd=places.ROOT, check=True)


def test_the_start_of_a_command_is_that_of_its_process() -> None:
    before = time.monotonic()
    code = "import time; time.sleep(0.2); from scenarios.commands.started import began; print(began())"
    done = subprocess.run([sys.executable, "-c", code], cwd=places.ROOT, capture_output=True, text=True, check=True)
    assert before - 0.1 <= float(done.stdout) <= time.monotonic() - 0.2


def test_a_command_does_not_look_for_garbage_at_its_very_end() -> None:
    code = """
import atexit, gc, sys
from scenarios.commands.program import main
from tasks import namespace
atexit.register(lambda: print(gc.get_freeze_count() > len(sys.modules)))
main(["--version"], lambda: namespace)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=places.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "True"


def test_without_proc_the_start_is_known_to_the_clocks_own_exactness(monkeypatch: pytest.MonkeyPatch) -> None:
    here = started.began()
    monkeypatch.setattr(started, "PROCESS", Path("/nonexistent"))
    assert abs(started.began() - here) < 2


@pytest.mark.parametrize(
    ("pytests", "ours"),
    [
        ([0, 0, 0], 0),
        ([1, 0, 0], 1),
        ([0, 0, 2], 1),
        ([3, 0, 0], 3),
        ([0, 4, 0], 2),
        ([5, 0, 5], 0),
        ([5, 1, 0], 1),
        ([5, 5, 5], 2),
    ],
)
def test_pytests_statuses_are_told_as_ours(monkeypatch: pytest.MonkeyPatch, pytests: list[int], ours: int) -> None:
    from tests import commands

    ended = iter(pytests)
    monkeypatch.setattr(commands, "_run", lambda *_: next(ended))
    assert commands.test(None, fast=False) == ours


def test_the_catalog_and_the_runs_are_json_for_programs() -> None:
    listed = json.loads(inv("scenarios --json").stdout)
    assert {"name", "topic", "summary", "teaches", "parameters"} == set(listed[0])
    assert isinstance(json.loads(inv("runs --json").stdout), list)


def test_an_expression_that_pytest_cannot_read_is_refused_before_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests import commands

    monkeypatch.setattr(commands, "_run", lambda *_: pytest.fail("it ran"))
    with pytest.raises(UsageError, match=r"--only is '\(\(\(': expected"):
        commands.test("(((", fast=True)


def test_what_a_terminal_of_another_alphabet_cannot_show_does_not_end_a_command() -> None:
    said = "import sys; from scenarios.commands import streams; streams.install(); print('\\u2581 caf\\u00e9')"
    done = subprocess.run(
        [sys.executable, "-c", said],
        capture_output=True, check=False, cwd=places.ROOT, env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, b"? caf\xe9\n")


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_a_terminal_that_gives_too_few_descriptors_is_no_fault_of_the_lab(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.status_of(raising(OSError(number, os.strerror(number)))) == 3
    told = capsys.readouterr().err
    assert "ulimit -n" in told and "not foreseen" not in told
