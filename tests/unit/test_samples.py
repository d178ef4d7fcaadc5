"""Looks into /proc: what the command really prints of real processes, and what becomes of answers cut off."""

import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from scenarios.evidence import Sample
from scenarios.run import samples
from tests.unit import proc
from tests.unit.scripted import look

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this /proc")
WATCHING = """
import select, socket, sys
pairs = [socket.socketpair() for _ in range(3)]
epoll = select.epoll()
for pair in pairs:
    epoll.register(pair[0], select.EPOLLIN)
print("there", flush=True)
sys.stdin.read()
"""


@contextmanager
def process(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits for the end of its input, with a soft limit of 64 descriptors and a hard one of 128."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env={}) as started:
        resource.prlimit(started.pid, resource.RLIMIT_NOFILE, (64, 128))
        yield started


def looked(pid: int) -> tuple[int, Sample | None]:
    """The command's exit status, and the sample in what it printed."""
    command: Sequence[str] = proc.command(pid)
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    return done.returncode, samples.parse("ready", done.stdout)


def test_a_look_counts_descriptors_and_reads_the_effective_limits() -> None:
    with process("cat") as cat:
        assert cat.stdin is not None
        assert cat.stdout is not None
        cat.stdin.write(b"there\n")
        cat.stdin.flush()
        cat.stdout.readline()  # while it starts, it has the files open that it loads
        status, sample = looked(cat.pid)
    assert status == 0
    assert sample is not None
    assert (sample.moment, sample.descriptors, sample.watched) == ("ready", 3, None)
    assert (sample.nofile_soft, sample.nofile_hard) == (64, 128)
    assert sample.resident > 0
    assert sample.cpu_seconds >= 0


def test_a_look_counts_what_an_epoll_set_watches() -> None:
    with process(sys.executable, "-I", "-S", "-c", WATCHING) as program:
        assert program.stdout is not None
        program.stdout.readline()
        _, sample = looked(program.pid)
    assert sample is not None
    assert (sample.descriptors, sample.watched) == (3 + 2 * 3 + 1, 3)


def test_a_look_at_a_process_that_is_gone_is_none() -> None:
    with process("true") as program:
        pass
    status, sample = looked(program.pid)
    assert (status, sample) == (1, None)


def test_an_answer_that_was_cut_off_is_no_sample() -> None:
    answer = look(9, watched=4)
    whole = samples.parse("ready", answer)
    assert whole is not None
    assert [samples.parse("ready", answer[:end]) for end in range(len(answer))] == [None] * len(answer)


def test_the_fields_of_stat_are_counted_behind_the_commands_name() -> None:
    sample = samples.parse("ended", look(9, watched=4))
    assert sample == Sample(
        moment="ended",
        descriptors=9,
        watched=4,
        nofile_soft=1024,
        nofile_hard=1024,
        resident=2500 * samples.PAGE,
        cpu_seconds=1.5,
        memory=10000 * samples.KIB,
        all_cpu_seconds=1.5,
    )


def test_the_clock_of_a_process_is_believed_before_the_hundredths_of_stat() -> None:
    sample = samples.parse("ended", "clocks 1504000321 2600000000\n" + look(9))
    assert sample is not None
    assert (sample.cpu_seconds, sample.all_cpu_seconds, sample.exact) == (1.504000321, 2.6, True)


def test_an_unlimited_process_is_no_sample_rather_than_a_wrong_one() -> None:
    assert samples.parse("ready", look(9).replace("1024", "unlimited")) is None
