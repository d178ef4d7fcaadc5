"""What all programs have in common: help with an example, events, options; and the tests' misbehaving programs."""

import argparse
import io
import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from labs.programs import arguments, events
from tests import misbehaving
from tests.programs.process import ENVIRONMENT, command

# Real processes take their time; fast tests are others.
pytestmark = pytest.mark.side_by_side

ROOT = Path(events.__file__).parent
PROGRAMS = sorted(
    f"{path.parent.name}.{path.stem}" for path in ROOT.glob("*/*.py") if "__main__" in path.read_text("utf-8")
)


def misbehave(program: str) -> list[str]:
    """How a misbehaving program starts."""
    return [sys.executable, str(misbehaving.path_of(program))]


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_help_of_a_program_has_an_example(program: str) -> None:
    done = subprocess.run(command(program, "--help"), capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert f"python -m labs.programs.{program}" in done.stdout


def test_programs_are_found() -> None:
    assert {"servers.transfer", "clients.hostile", "demos.readiness"} <= set(PROGRAMS)


@pytest.mark.parametrize(
    ("text", "count"), [("0", 0), ("48708", 48708), ("100B", 100), ("64KiB", 65536), ("1 MiB", 1048576)]
)
def test_sizes_are_in_bytes(text: str, count: int) -> None:
    assert arguments.size(text) == count


@pytest.mark.parametrize("text", ["", "-1", "x", "64kb", "KiB", "1.5MiB", "1_000"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no size such as"):
        arguments.size(text)


@pytest.mark.parametrize("text", ["-0.1", "inf", "nan", "soon"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"seconds|could not convert"):
        arguments.seconds(text)


def test_an_option_says_its_least_value() -> None:
    assert arguments.at_least(1)("1") == 1
    with pytest.raises(argparse.ArgumentTypeError, match="less than 1"):
        arguments.at_least(1)("0")


class Recorder(io.StringIO):
    """Remembers each write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return len(text)


def test_an_event_is_one_write_so_that_threads_cannot_tear_each_others_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    monkeypatch.setattr(sys, "stdout", recorder)
    events.emit("ready", text="two\nlines")
    assert recorder.writes == ['{"event": "ready", "text": "two\\nlines"}\n']


def test_the_end_of_stdin_lets_a_checkpoint_go_on() -> None:
    code = "from labs.programs.events import *; checkpoint('one'); emit('two')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**ENVIRONMENT, events.CHECKPOINTS: "1"},
        check=True,
    )
    assert [json.loads(line)["event"] for line in done.stdout.splitlines()] == ["one", "two"]


def test_the_program_that_dies_early_says_something_and_is_never_ready() -> None:
    done = subprocess.run(misbehave("dies_early"), capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert (done.returncode, done.stdout) == (1, "reading the configuration ...\n")
    assert done.stderr.splitlines()[-1] == "RuntimeError: there is no configuration"


@pytest.mark.parametrize(
    ("program", "first_line"), [("never_ready", "loading a very large table ..."), ("hangs", '{"event": "ready"}')]
)
def test_the_programs_that_wait_say_what_the_lab_must_show_and_do_not_end(program: str, first_line: str) -> None:
    process = subprocess.Popen(misbehave(program), stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == first_line
        assert process.poll() is None
        process.kill()


def test_the_program_that_eats_memory_is_ready_and_then_takes_all_it_gets() -> None:
    limit = 256 * 1024 * 1024
    done = subprocess.run(
        misbehave("eats_memory"),
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert done.stdout == '{"event": "ready"}\n'
    assert done.stderr.splitlines()[-1] == "MemoryError"


def test_a_program_that_is_given_nonsense_says_so_and_exits_2() -> None:
    done = subprocess.run(
        command("clients.transfer", "--clients", "0"), capture_output=True, text=True, env=ENVIRONMENT, check=False
    )
    assert done.returncode == 2
    assert "argument --clients: '0' is less than 1" in done.stderr


def test_a_server_listens_where_its_surroundings_say_unless_its_command_line_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def listens(*given: str) -> tuple[str, int]:
        parser = arguments.options_of(None)
        arguments.add_address(parser)
        options = parser.parse_args(given)
        return options.host, options.port

    for name in ("IOLAB_HOST", "IOLAB_PORT"):
        monkeypatch.delenv(name, raising=False)
    assert listens() == ("0.0.0.0", 8001)
    monkeypatch.setenv("IOLAB_HOST", "127.0.0.3")
    monkeypatch.setenv("IOLAB_PORT", "4711")
    assert listens() == ("127.0.0.3", 4711)
    assert listens("--host", "127.0.0.9", "--port", "0") == ("127.0.0.9", 0)
