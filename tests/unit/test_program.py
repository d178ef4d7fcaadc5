"""The program behind ./inv: its help, several commands on a line, what happens to the unforeseen."""

import errno
import json
import os
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from invoke import Collection, Config, Context

import tasks
from scenarios import __version__, places
from scenarios.commands import command, help_text, program, start_time
from scenarios.errors import Interrupted, LabFailure, UsageError
from scenarios.results import run_directories
from scenarios.system import proc_probe
from tests.unit.test_cli import inv

RUN: list[str] = []


def command_named(name: str, work: Any) -> Any:
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


GOOD, BAD, LOST = command_named("good", lambda: 0), command_named("bad", lambda: 1), command_named("lost", lambda: 3)
WRONG = command_named("wrong", raising(UsageError("no such thing")))


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


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("scenario fetch --bogus", "scenario has no option '--bogus'; see ./inv scenario --help"),
        ("scenario --bogus fetch", "scenario has no option '--bogus'; see ./inv scenario --help"),
        ("scenario fetch extra", "scenario has no argument 'extra'; see ./inv scenario --help"),
        ("scenario", "scenario needs a name; ./inv scenarios lists them"),
        ("compare fetch", "compare needs SECOND; see ./inv compare --help"),
        ("scenario fetch --clients", "--clients needs a value; see ./inv scenario --help"),
        ("bogus", "./inv has no command 'bogus'\n"),
        ("scenario fetch --resume", "--resume works only with --all, which takes no scenario name"),
        ("scenario fetch --all", "--all takes no scenario name"),
        ("scenario fetch --set --json", "--set needs a value\n"),
    ],
)
def test_a_wrong_command_line_is_told_in_plain_words(line: str, told: str) -> None:
    wrong = inv(line)
    assert (wrong.returncode, wrong.stderr.startswith(told)) == (2, True), wrong.stderr


def test_an_old_name_of_an_option_is_accepted_but_not_shown() -> None:
    assert "without-ceiling" not in inv("lab.start --help").stdout


@pytest.mark.usefixtures("runs")
def test_an_interrupt_ends_all_commands_with_its_own_status() -> None:
    stopped = command_named("stopped", raising(Interrupted(15)))
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
    for name, one in help_text.commands(tasks.namespace):
        assert help_text.first_line(one).endswith("."), name
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
    monkeypatch.setattr(run_directories, "_begun_here", [])
    assert command.status_of(raising(ZeroDivisionError("one line\nand another"))) == 3
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ZeroDivisionError: one line and another; the traceback is in" in said
    kept = Path(said.split(" is in ")[1].strip())
    assert kept.parent == runs / ".errors"
    assert "ZeroDivisionError" in kept.read_text(encoding="utf-8")
    assert run_directories.everything() == []


def test_the_traceback_stands_in_the_directory_of_the_run_that_it_ended(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_directories, "_begun_here", [])

    def work() -> int:
        run_directories.create("epoll-500")
        raise ZeroDivisionError

    assert command.status_of(work) == 3
    (directory,) = run_directories.everything()
    assert str(directory / "traceback.txt") in capsys.readouterr().err
    assert "in work" in (directory / "traceback.txt").read_text(encoding="utf-8")


def test_a_traceback_that_no_run_directory_takes_goes_to_the_systems_own_place(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(run_directories, "_begun_here", [])
    monkeypatch.setattr(run_directories, "RUNS", Path("/proc/none"))
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
    code = "import time; time.sleep(0.2); from scenarios.commands.start_time import began; print(began())"
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
    here = start_time.began()
    monkeypatch.setattr(proc_probe, "PROC", "/nonexistent")
    assert abs(start_time.began() - here) < 2


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
    assert json.loads(inv("scenarios fetch --json").stdout)["name"] == "fetch"
    assert isinstance(json.loads(inv("runs --json").stdout), list)


def test_an_expression_that_pytest_cannot_read_is_refused_before_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests import commands

    monkeypatch.setattr(commands, "_run", lambda *_: pytest.fail("it ran"))
    with pytest.raises(UsageError, match=r"--only is '\(\(\(': expected"):
        commands.test("(((", fast=True)


def test_what_a_terminal_of_another_alphabet_cannot_show_does_not_end_a_command() -> None:
    said = (
        "import sys; from scenarios.commands import standard_streams; standard_streams.install(); "
        "print('\\u2581 caf\\u00e9')"
    )
    done = subprocess.run(
        [sys.executable, "-c", said],
        capture_output=True, check=False, cwd=places.ROOT, env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, b"? caf\xe9\n")


class Panic(BaseException):
    """As that of pyo3, on which pydantic_core stands: it is no Exception."""


@pytest.mark.parametrize(
    ("problem", "advice"),
    [
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "ulimit -n"),
        (OSError(errno.ENFILE, os.strerror(errno.ENFILE)), "ulimit -n"),
        (Panic("called `Result::unwrap()`: OSError(24, 'Too many open files')"), "ulimit -n"),
        (RuntimeError("can't start new thread"), "ulimit -u"),
        (BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)), "ulimit -u"),
        (MemoryError(), "ulimit -v"),
        (OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), "ulimit -v"),
        (ImportError("pydantic_core.so: failed to map segment from shared object"), "ulimit -v"),
    ],
)
def test_a_terminal_that_gives_too_little_is_no_fault_of_the_lab(
    problem: BaseException, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.status_of(raising(problem)) == 3
    told = capsys.readouterr().err
    assert advice in told and "internal error" not in told and len(told.splitlines()) == 1


# Kilobytes of address space: from too few for the interpreter's own libraries to enough for all but the threads.
TOO_LITTLE = (20_000, 26_000, 60_000, 90_000, 120_000, 150_000, 400_000)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
@pytest.mark.parametrize("room", TOO_LITTLE)
def test_too_little_memory_is_told_in_one_line_without_any_traceback(room: int, tmp_path: Path) -> None:
    line = f"ulimit -v {room}; exec {places.ROOT}/inv scenario fetch --engine local"
    environment = {**os.environ, "IOLAB_RUNS": str(tmp_path)}
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode in (0, 3), done.stderr
    assert "Traceback" not in done.stderr and "Exception in" not in done.stderr
    told = [one for one in (done.stderr + done.stdout).splitlines() if "ulimit -v" in one]
    assert len(told) == done.returncode // 3, done.stderr


def test_what_ends_a_thread_is_told_in_one_line(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for error in (ZeroDivisionError("unforeseen"), MemoryError()):
        command.report_thread(threading.ExceptHookArgs((type(error), error, None, None)))
        told.append(capsys.readouterr().err)
    assert "ZeroDivisionError: unforeseen; the traceback is in" in told[0]
    assert (told[0].count("\n"), told[1]) == (1, "")


def test_a_removed_folder_is_told_in_one_line(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f"cd {gone} && rmdir {gone} && exec {sys.executable} {places.ROOT}/requirements/start.py scenarios"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        3,
        "iolab: the current folder was removed: change to one that exists, such as with `cd`\n",
    )


def test_the_c_locale_is_no_hindrance(tmp_path: Path) -> None:
    env = {
        **os.environ,
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "IOLAB_RUNS": f"{tmp_path}/\u00e9",
    }
    done = subprocess.run(
        [places.ROOT / "inv", "scenario", "gevent-sleep", "--engine", "local"],
        capture_output=True, check=False, env=env,
    )  # fmt: skip
    assert (done.returncode, b"internal error" in done.stderr) == (0, False), done.stderr
    assert list(tmp_path.glob("\u00e9/gevent-sleep/*-*/report.html"))


def test_a_short_flag_is_the_first_letter_of_a_long_one() -> None:
    for one in tasks.namespace.to_contexts():
        for argument in one.args.values():
            assert all(name == argument.name[0] for name in argument.names if len(name) == 1), (
                one.name,
                argument.names,
            )
    assert inv("scenario epoll-500 -o 128 --dry-run").returncode == 2


# In a process of its own: invoke gives an option's help away once.
EVERY_OPTION = """
import tasks
from scenarios.commands import help_text
for one in tasks.namespace.to_contexts():
    for flags, text in help_text.options(one) if one.flags else ():
        flag, *value = flags.split(", ")[-1].split()
        print(one.name, flag, bool(text) and one.flags[flag].takes_value == bool(value))
"""


def test_help_says_what_an_option_does_and_names_the_value_that_it_takes() -> None:
    command = [sys.executable, "-c", EVERY_OPTION]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=places.ROOT).stdout.splitlines()
    assert len(listed) > 50
    assert [line for line in listed if not line.endswith("True")] == []


def test_the_list_of_commands_fits_a_terminal_of_80_columns() -> None:
    assert [line for line in help_text.overview(tasks.namespace).splitlines() if len(line) > 80] == []
