"""A local service's log: whole, in parts, bounded, and no slower than a pipe into a file."""

import resource
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from scenarios.definition.scenario import Stream
from scenarios.engines.local.log import Log
from scenarios.engines.local.process_registry import Machine, Machines

MIB = 1024**2
# As much as a pipe holds, again and again.
FLOOD = "import os, sys\nfor _ in range(int(sys.argv[1])): os.write(1, b'x' * 65535 + b'\\n')"


class Counting:
    """A sink that keeps nothing but how much came, and the end of it."""

    seal = "a word"

    def __init__(self) -> None:
        self.came: dict[Stream, int] = {"stdout": 0, "stderr": 0}
        self.last = b""

    def output(self, service: str, stream: Stream, data: bytes) -> None:
        self.came[stream] += len(data)
        self.last = data

    def stopped(self, service: str) -> None:
        pass

    def lost(self, problem: str) -> None:
        raise AssertionError(problem)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Where a log is kept."""
    return Machines(tmp_path / "state").make("eeee", "server", keep=False)


def flooded(log: Log, mebibytes: int) -> None:
    """Has a program write so much to its stdout, until all of it was taken."""
    inlet = log.inlets["stdout"]
    program = subprocess.Popen([sys.executable, "-c", FLOOD, str(16 * mebibytes)], stdout=inlet)
    log.start()
    assert program.wait() == 0
    assert log.join(60)


def test_a_log_is_read_back_in_parts_that_make_up_the_whole(machine: Machine) -> None:
    log, sink = Log(machine, Counting()), Counting()
    log._sink = sink
    flooded(log, 3)
    parts = list(log.read("stdout"))
    assert max(len(part) for part in parts) <= MIB
    assert sum(len(part) for part in parts) == sink.came["stdout"] == 3 * MIB
    assert list(log.read("stderr")) == []
    log.close()


def test_a_log_stops_growing_at_its_limit_while_all_is_taken_and_the_end_is_heard(machine: Machine) -> None:
    sink = Counting()
    log = Log(machine, sink, most=MIB)
    flooded(log, 8)
    log.add_line(b"the end\n")
    assert (sink.came["stdout"], sink.last) == (8 * MIB + 8, b"the end\n")
    assert (machine.directory / "stdout").stat().st_size == MIB
    assert sum(len(part) for part in log.read("stdout")) == MIB
    log.close()


def test_the_memory_of_the_lab_stays_flat_whatever_is_printed(machine: Machine) -> None:
    log, this = Log(machine, Counting(), most=16 * MIB), psutil.Process()
    before = this.memory_info().rss
    most = [before]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            most.append(this.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        flooded(log, 256)
        assert sum(len(part) for part in log.read("stdout")) == 16 * MIB
    finally:
        over.set()
        watcher.join()
    assert max(most) - before < 24 * MIB
    log.close()


def test_the_log_of_a_kept_program_stops_growing_too_and_the_program_goes_on(machine: Machine) -> None:
    log = Log(machine, Counting(), most=MIB)
    source = FLOOD + "\nimport pathlib; pathlib.Path('went-on').touch()"
    command = [sys.executable, "-c", source, str(16 * 4)]
    with subprocess.Popen(command, stdout=log.inlets["stdout"], cwd=machine.tmp) as program:
        log.start()
        followers = log.hand_over()
        assert program.wait(30) == 0
    assert (machine.tmp / "went-on").exists()
    file = machine.directory / "stdout"
    assert [follower.wait(30) for follower in followers] == [0, 0]
    assert file.stat().st_size == MIB
    log.close()


def spent() -> float:
    """Seconds of processor time, of this process and of those that it has waited for: a busy machine adds none."""
    used = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def test_a_log_takes_output_at_about_the_cost_of_a_pipe_into_a_file(machine: Machine, tmp_path: Path) -> None:
    begun = spent()
    command = '"$0" -c "$1" 4096 | cat >"$2"'
    subprocess.run(["sh", "-c", command, sys.executable, FLOOD, str(tmp_path / "file")], check=True)
    through_cat, log = spent() - begun, Log(machine, Counting())
    begun = spent()
    flooded(log, 256)
    assert spent() - begun < 2 * through_cat
    log.close()


def test_what_ends_after_its_log_was_closed_is_heard_by_nobody(machine: Machine) -> None:
    sink = Counting()
    log = Log(machine, sink)
    flooded(log, 1)
    log.close()
    log.add_line(b"too late\n")
    assert sink.came["stdout"] == MIB
