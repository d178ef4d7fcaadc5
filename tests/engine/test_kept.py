"""Runs that stand for a look inside: a shell through a real terminal, and a lab that goes on without holding them."""

import json
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.engine.inv import INV, PATIENCE, inv, left_behind, run

# A terminal's other end, from the standard library: what is typed goes in as its input, what is shown comes out.
TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
PROMPT = r"[$#] $"
# Runs, kept, in one process; what it holds after each of them.
KEEP_EIGHT = """
import json, os, threading
from scenarios.definition import catalog
from scenarios.engines import choose
from scenarios.pipeline.experiment import Experiment, Setup, run_experiment
from tests.unit.scripted import Quiet
setup, held = Setup(choose.connect(), Quiet(), keep=True), []
for _ in range(8):
    assert run_experiment(Experiment(catalog.load("epoll-500", {"clients": "3"}), setup)).verdict == "pass"
    held.append([len(os.listdir("/proc/self/fd")), threading.active_count()])
print(json.dumps(held))
"""


class Terminal:
    """A terminal in which a command runs."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.shown = ""

    def wait_for(self, pattern: str) -> str:
        """What was shown up to the pattern and with it; what comes later is for the next wait."""
        until = time.monotonic() + PATIENCE
        assert self.process.stdout is not None
        while not (found := re.search(pattern, self.shown)):
            left = until - time.monotonic()
            assert select.select([self.process.stdout], [], [], max(left, 0))[0], f"{pattern}: {self.shown!r}"
            data = os.read(self.process.stdout.fileno(), 4096)
            assert data, f"{pattern}: it ended with {self.shown!r}"
            self.shown += data.decode()
        before, self.shown = self.shown[: found.end()], self.shown[found.end() :]
        return before

    def type(self, keys: str) -> None:
        """Presses keys."""
        assert self.process.stdin is not None
        os.write(self.process.stdin.fileno(), keys.encode())


@contextmanager
def terminal(*arguments: str) -> Iterator[Terminal]:
    """./inv in a terminal; whoever leaves it early closes it."""
    command = [sys.executable, "-c", TERMINAL, INV, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        try:
            yield Terminal(process)
        finally:
            process.kill()


@pytest.fixture
def kept() -> Iterator[None]:
    """A kept run, removed afterwards."""
    run("epoll-500", "--clients", "3", "--keep")
    yield
    assert inv("down").status == 0
    assert left_behind() == []


@pytest.mark.usefixtures("engine", "kept")
def test_a_shell_in_a_kept_service_is_interactive_and_its_exit_status_is_the_commands() -> None:
    with terminal("shell", "server") as shell:
        shell.wait_for(PROMPT)
        shell.type("test -t 0 && echo a terminal, $((6 * 7))\r")
        shell.wait_for(r"\na terminal, 42\r?\n")
        # The program of the service is there: the shell is on its machine, where its ports are.
        shell.type("grep -c ':1F41 .* 0A ' /proc/net/tcp\r")
        shell.wait_for(r"\n1\r?\n")
        shell.type("sh -c 'echo a''sleep; exec sleep 600'\r")
        shell.wait_for("asleep")  # before, it is not what Ctrl-C ends
        shell.type("\x03")  # Ctrl-C is the shell's affair and ends neither it nor ./inv
        shell.type("echo still $((1 + 1))\r")
        shell.wait_for(r"still 2\r?\n")
        shell.type("exit 7\r")
        assert shell.process.wait(PATIENCE) == 7


@pytest.mark.usefixtures("engine")
def test_the_lab_holds_nothing_of_the_runs_that_it_keeps() -> None:
    if not os.path.isdir("/proc/self/fd"):  # noqa: PTH112 - no path is made of it
        pytest.skip("only Linux shows what a process holds")
    done = subprocess.run([sys.executable, "-c", KEEP_EIGHT], capture_output=True, text=True, check=False)
    try:
        assert done.returncode == 0, done.stderr
        after = json.loads(done.stdout.splitlines()[-1])
        # How many calls are made at once differs, and with it how many clients of the engine stay idle, but not for
        # long: a few runs bring all of them about. A run that held something would add to it each time.
        settled = after[len(after) // 2 :]
        assert settled[-1][0] - settled[0][0] < len(settled) - 1, after
        assert after[-1][1] <= after[0][1], after
    finally:
        assert inv("down").status == 0
    assert left_behind() == []
