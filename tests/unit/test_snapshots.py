"""Snapshots of real processes, by the probe and by a shell, and the evidence that is made of them."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scenarios.errors import Unavailable
from scenarios.results.sample import Sample, sample_of
from scenarios.system import proc_probe
from tests.unit import proc
from tests.unit.scripted import snapshot

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this /proc")
WATCHING = """
import select, socket, sys
pairs = [socket.socketpair() for _ in range(3)]
epoll, other = select.epoll(), select.epoll()
for pair in pairs:
    epoll.register(pair[0], select.EPOLLIN)
other.register(pairs[0][1], select.EPOLLIN)
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


def sample(pid: int) -> Sample:
    """The sample in a snapshot, which says what a shell reads; the process may still be taking memory."""
    seen = proc_probe.snapshot(pid)
    printed = subprocess.run(proc.command(pid), capture_output=True, check=True, text=True).stdout
    for name, number in proc.numbers(printed).items():
        assert abs(seen[name] - number) <= proc.MARGINS.get(name, 0), name
    found = sample_of("ready", seen)
    assert found is not None
    return found


@ON_LINUX
def test_a_snapshot_counts_descriptors_and_reads_the_effective_limits() -> None:
    with process("cat") as cat:
        assert cat.stdin is not None
        assert cat.stdout is not None
        cat.stdin.write(b"there\n")
        cat.stdin.flush()
        cat.stdout.readline()  # while it starts, it has the files open that it loads
        found = sample(cat.pid)
    assert (found.moment, found.descriptors, found.watched, found.epoll_sets) == ("ready", 3, None, 0)
    assert (found.nofile_soft, found.nofile_hard) == (64, 128)
    assert found.resident > 0
    assert found.cpu_seconds >= 0


@ON_LINUX
def test_a_snapshot_counts_descriptors_of_files_but_not_of_devices_and_sockets() -> None:
    opens = "import os, socket, sys; some = open(sys.executable), open(os.devnull), socket.socket(); print(flush=True)"
    with process(sys.executable, "-c", opens + "; sys.stdin.read()") as started:
        assert started.stdout
        started.stdout.readline()
        assert sample(started.pid).files == 1


def test_a_snapshot_counts_what_all_epoll_sets_watch() -> None:
    with process(sys.executable, "-I", "-S", "-c", WATCHING) as program:
        assert program.stdout is not None
        program.stdout.readline()
        found = sample(program.pid)
    assert (found.descriptors, found.epoll_sets, found.watched) == (3 + 2 * 3 + 2, 2, 3 + 1)


LISTENS = "import select, socket\nlistener = socket.create_server(('127.0.0.1', 0))\nprint('there', flush=True)\n"
WAITS = [
    ("select.select([listener], [], [])", "select", 4, True),
    ("while True: select.select([listener], [], [], 0.001)", "select", 4, False),
    ("poll = select.poll(); poll.register(listener); poll.register(1, 0); poll.poll()", "poll", 2, True),
    ("poll = select.poll(); poll.register(listener)\nwhile True: poll.poll(1)", "poll", 1, False),
    ("epoll = select.epoll(); epoll.register(listener); epoll.poll()", "epoll", None, True),
    ("epoll = select.epoll(); epoll.register(listener); epoll.poll(60)", "epoll", None, True),
    ("epoll = select.epoll(); epoll.register(listener)\nwhile True: epoll.poll(0.001)", "epoll", None, False),
    ("import time; time.sleep(60)", "clock_nanosleep", None, False),
    ("while True: pass", "running", None, False),
]


@ON_LINUX
@pytest.mark.parametrize(("code", "mechanism", "size", "sleeps"), WAITS)
def test_a_snapshot_tells_in_which_call_a_program_waits(
    code: str, mechanism: str, size: int | None, sleeps: bool
) -> None:
    with process(sys.executable, "-I", "-S", "-c", LISTENS + code) as program:
        assert program.stdout is not None
        program.stdout.readline()
        for _ in range(1000):  # it may still be on its way into the call
            found = sample_of("ready", proc_probe.snapshot(program.pid))
            assert found is not None
            wait = found.main_wait()
            if wait.mechanism == mechanism:
                break
        program.kill()
    assert (wait.mechanism, wait.size, wait.sleeps) == (mechanism, size, sleeps)


@ON_LINUX
def test_a_spinning_program_switches_and_a_sleeping_one_does_not() -> None:
    with process(sys.executable, "-I", "-S", "-c", LISTENS + WAITS[3][0]) as spins, process("cat") as sleeps:
        assert spins.stdout is not None
        spins.stdout.readline()
        switches = {}
        for one in (spins, sleeps):
            before, after = sample_of("ready", proc_probe.snapshot(one.pid)), None
            for _ in range(50):
                after = sample_of("ready", proc_probe.snapshot(one.pid))
            assert before is not None
            assert after is not None
            switches[one.pid] = (after.voluntary or 0) - (before.voluntary or 0)
        spins.kill()
    assert switches[spins.pid] > 20
    assert switches[sleeps.pid] <= 1, "it may have been on its way into its wait"


@pytest.mark.parametrize(("call", "sleeps"), [("epoll_pwait2", True), ("ppoll", True), ("futex", False)])
def test_a_null_pointer_to_a_time_is_no_timeout(call: str, sleeps: bool) -> None:
    seen = snapshot(9) | {f"wait:7:7:{call}:{n}": 0 for n in range(5)}
    found = sample_of("ready", seen)
    assert found is not None
    assert found.main_wait().sleeps is sleeps


def test_a_machine_that_shows_no_calls_cannot_tell_what_a_thread_does() -> None:
    found = sample_of("ready", snapshot(9))
    assert found is not None
    with pytest.raises(Unavailable):
        found.main_wait()


@ON_LINUX
def test_the_memory_is_the_kernels_own_number_whatever_the_size_of_a_page(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("proc") / "7"
    (folder / "fd").mkdir(parents=True)
    # 10 pages of 64 KiB.
    stat = "7 (x) S 1 1 1 0 -1 0 0 0 0 0 100 50 0 0 20 0 1 0 5 1000000 10 0"
    for name, text in {
        "stat": stat,
        "status": "Name:\tx\nVmHWM:\t 999 kB\nVmRSS:\t 640 kB\n",
        "limits": "Limit  Soft  Hard\nMax open files   64   128   files\n",
    }.items():
        (folder / name).write_text(text)
    monkeypatch.setattr(proc_probe, "PROC", str(folder.parent))
    monkeypatch.setattr(proc_probe, "_clock", without_clocks)
    assert proc_probe.snapshot(7) == {
        **{"descriptors": 0, "files": 0, "epoll_sets": 0, "watched": 0, "nofile_soft": 64, "nofile_hard": 128},
        **{"processes": 1, "threads": 1, "exact": 0, "cpu_ns": 1_500_000_000, "all_cpu_ns": 1_500_000_000},
        "resident": 640 * 1024,
    }
    assert proc_probe.quick_sample(7) == {
        **{"descriptors": 0, "threads": 1, "resident": 640 * 1024, "cpu_ns": 1_500_000_000}
    }
    (folder / "status").write_text("Name:\tx\nState:\tR (running)\n")
    assert proc_probe.snapshot(7) == proc_probe.quick_sample(7) == {}, "it is exiting"


def without_clocks(pid: str) -> int:
    raise OSError


def test_a_snapshot_becomes_evidence_in_bytes_and_seconds() -> None:
    assert sample_of("ended", snapshot(9, watched=4)) == Sample(
        moment="ended",
        descriptors=9,
        watched=4,
        epoll_sets=1,
        nofile_soft=1024,
        nofile_hard=1024,
        resident=10_240_000,
        cpu_seconds=1.5,
        memory=10_240_000,
        all_cpu_seconds=1.5,
    )
    clocks = {"exact": 1, "cpu_ns": 1_504_000_321, "all_cpu_ns": 2_600_000_000, "ended_threads_ns": 0}
    found = sample_of("ended", snapshot(9) | clocks)
    assert found is not None
    assert (found.cpu_seconds, found.all_cpu_seconds, found.exact) == (1.504000321, 2.6, True)
    assert found.ended_threads == 0


def test_what_a_kernel_does_not_tell_is_none_and_what_every_process_has_must_be_there() -> None:
    whole = snapshot(9)
    for name in whole:
        found = sample_of("ready", {key: value for key, value in whole.items() if key != name})
        assert (found is not None and found.memory is None) if name == "memory" else found is None
