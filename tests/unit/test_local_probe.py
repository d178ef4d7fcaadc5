"""What the lab finds out about a local run from outside: its processes through /proc, and the way to this machine."""

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from scenarios.definition import catalog
from scenarios.definition.scenario import PORT
from scenarios.engines import isolation_check
from scenarios.engines.base import Executed
from scenarios.engines.isolation_check import Attempts, HostListener
from scenarios.engines.local import network
from scenarios.engines.local.engine import LocalEngine
from scenarios.engines.local.network import Namespace, Network, new_namespace
from scenarios.errors import EngineError, LabFailure, Unavailable
from scenarios.pipeline.experiment import Experiment, Setup, run_experiment
from scenarios.results import run_directories
from scenarios.results.sample import SECOND, Sample, sample_of
from scenarios.system import owner, proc_probe
from scenarios.system.proc_probe import SocketCounter
from tests.unit.local_runs import SmallRun, service
from tests.unit.scripted import Quiet

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
NAMESPACES = pytest.mark.skipif(new_namespace() is None, reason="this machine allows no network namespaces")


@pytest.fixture
def looked_at() -> Iterator[int]:
    """A process with an epoll that watches one of its descriptors."""
    source = "import select, sys; e = select.epoll(); e.register(0); print('up', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", source]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.communicate()


def asked(*requests: str, prefix: Sequence[str] = ()) -> list[list[str]]:
    """What the probe answers in another process, started as in a container."""
    source = Path(proc_probe.__file__).read_text(encoding="utf-8")
    command = [*prefix, sys.executable, "-I", "-S", "-c", source]
    text = "".join(f"{request}\n" for request in requests)
    printed = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
    answers = printed.split(f"{proc_probe.END}\n")
    assert answers.pop() == ""
    return [answer.splitlines() for answer in answers]


def numbers(lines: Sequence[str]) -> dict[str, int]:
    return {name: int(number) for name, number in map(str.split, lines)}


@ON_LINUX
def test_a_probe_in_another_process_tells_what_it_tells_here(looked_at: int) -> None:
    answer = asked(f"snapshot {looked_at}")[0]
    told, here = numbers(answer), proc_probe.snapshot(looked_at)
    assert here.pop("octets") >= told.pop("octets"), "other processes use this network too"
    assert told == here
    sample = sample_of("now", numbers(answer))
    assert sample is not None
    assert (sample.descriptors, sample.watched) == (4, 1)


@ON_LINUX
def test_a_probe_whose_request_fails_says_why_and_answers_the_next_one() -> None:
    refused, hello, gone = asked("connect 1 no-address", "hello", "snapshot 99999999")
    assert refused[-1].startswith("failed "), refused
    assert (hello, gone) == ([], [])


@ON_LINUX
@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("sh", "-c", "printf out; printf err >&2; exit 7"), ["stdout 6f7574", "stderr 657272", "ended 7"]),
        (("sh", "-c", "kill -9 $$"), ["ended 137"]),
        (("sh", "-c", "kill -PIPE $$; echo"), ["ended 141"]),
        (("cat",), ["ended 0"]),
    ],
    ids=["streams and status", "killed", "signals as by default", "no input"],
)
def test_a_probe_runs_a_command_and_tells_its_bytes_and_its_end(command: Sequence[str], expected: list[str]) -> None:
    answer = asked(" ".join(["run", *(f"x{word.encode().hex()}" for word in command)]))[0]
    assert sorted(answer) == sorted(expected)


@ON_LINUX
def test_a_probe_that_cannot_start_a_command_ends_it_as_a_shell_would() -> None:
    *words, end = asked(f"run x{b'not-there'.hex()}")[0]
    assert end == "ended 127"
    assert "not-there" in bytes.fromhex(words[0].removeprefix("stderr ")).decode()


THREADS = """
import sys, threading
for line in sys.stdin:
    threading.Thread(target=sum, args=((1, 2),)).start()
    print(line, end="", flush=True)
    for one in threading.enumerate()[1:]:
        one.join()
    print("gone", flush=True)
"""


@ON_LINUX
def test_a_thread_that_came_and_went_between_two_looks_is_seen() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", THREADS], stdin=pipe, stdout=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def begins(word: bytes) -> None:
            process.stdin.write(word)  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            assert process.stdout.readline() == word  # type: ignore[union-attr]
            assert process.stdout.readline() == b"gone\n"  # type: ignore[union-attr]

        begins(b"first\n")
        before = seen_both_ways(process.pid)
        still = seen_both_ways(process.pid)
        begins(b"second\n")
        after = seen_both_ways(process.pid)
        process.stdin.close()
    for one, same, other in zip(before, still, after, strict=True):
        assert one.ended_threads is not None
        assert other.ended_threads is not None
        assert one.threads == other.threads == 1
        assert one.ended_threads == same.ended_threads
        assert 0 < one.ended_threads < other.ended_threads


@pytest.fixture(params=["own network", "free ports"])
def network_of_two(request: pytest.FixtureRequest) -> Iterator[Network]:
    """The network of two services, of its own where this machine allows one."""
    own = new_namespace() if request.param == "own network" else None
    if request.param == "own network" and own is None:
        pytest.skip("this machine allows no network namespaces")
    made = Network(["server", "other"], own)
    yield made
    made.close()


SERVER = """
import socket, sys
host, port = sys.argv[1], int(sys.argv[2])
server, clients, taken = socket.create_server((host, port)), [], []
print("up", flush=True)
for line in sys.stdin:
    clients += [socket.create_connection((host, port)) for _ in range(int(line))]
    print("waiting", flush=True)
    sys.stdin.readline()
    taken += [server.accept() for _ in range(int(line))]
    print("taken", flush=True)
"""


@ON_LINUX
def test_the_sockets_of_a_service_are_its_listener_and_what_it_accepted(network_of_two: Network) -> None:
    address, pipe = network_of_two.addresses["server"], subprocess.PIPE
    command = [*network_of_two.prefix, sys.executable, "-c", SERVER, address.host, str(address.port)]
    assert network_of_two.sockets("server") == 0
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        counted = [network_of_two.sockets("server")]
        for line in ("20\n", "\n"):
            process.stdin.write(line)
            process.stdin.flush()
            process.stdout.readline()
            counted.append(network_of_two.sockets("server"))
        other = network_of_two.sockets("other")
        inside = numbers(asked(f"sample {process.pid} {address.port}", prefix=network_of_two.prefix)[0])
        here = proc_probe.quick_sample(process.pid)
        process.stdin.close()
    assert (counted, other) == ([1, 1, 21], 0)
    assert inside.pop("probe_ns") > 0
    assert inside == here | {"sockets": 21}


def test_where_the_kernel_tells_nothing_no_socket_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proc_probe, "LINUX", False)
    made = Network(["server"], None)
    assert made.sockets("server") is None
    made.close()


@ON_LINUX
def test_a_kernel_that_refuses_the_question_is_not_asked_again() -> None:
    # Of another kind, which does not know the question.
    odd = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).detach()
    counting = SocketCounter(odd)
    assert counting.count(1, "127.0.0.1") is None
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(odd)
    assert counting.count(1, "127.0.0.1") is None


FAMILY = """
import os, sys, threading
read, write = os.pipe()
for _ in range(2):
    if os.fork() == 0:
        for _ in range(3):
            threading.Thread(target=os.read, args=(read, 1), daemon=True).start()
        if os.fork() == 0:
            os.read(read, 1)
            os._exit(0)
        print("up", flush=True)
        os.read(read, 1)
        os._exit(0)
print("up", flush=True)
sys.stdin.read()
os.write(write, b"x" * 10)
"""


@pytest.fixture
def with_children() -> Iterator[int]:
    """A process with two children, each of three threads beside its first, and of one child more."""
    command = [sys.executable, "-c", FAMILY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(3):
            process.stdout.readline()
        yield process.pid
        process.communicate()


@ON_LINUX
def test_a_snapshot_counts_the_processes_and_threads_of_all_descendants(with_children: int) -> None:
    for sample in seen_both_ways(with_children):
        assert (sample.processes, sample.threads) == (1 + 2 + 2, 1 + 2 * (1 + 3) + 2 * 1)
        assert sample.memory is not None
        assert sample.memory > 0
        assert sample.all_cpu_seconds >= sample.cpu_seconds


BUSY = """
import sys, time
print("up", flush=True)
for line in sys.stdin:
    done = time.process_time() + float(line)
    while time.process_time() < done:
        pass
    print(time.process_time_ns(), flush=True)
"""


def seen_both_ways(pid: int) -> tuple[Sample, Sample]:
    """Snapshots as of both engines: of a probe in another process, and of this one."""
    answer = numbers(asked(f"snapshot {pid}")[0])
    there, here = sample_of("now", answer), sample_of("now", proc_probe.snapshot(pid))
    assert there is not None
    assert here is not None
    return there, here


@ON_LINUX
def test_a_snapshot_sees_less_than_a_hundredth_of_a_second_of_work_and_none_in_a_sleeping_process() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.stdin.write("0.003\n")
        process.stdin.flush()
        own = int(process.stdout.readline()) / SECOND
        while "sleeping" not in Path(f"/proc/{process.pid}/status").read_text():
            pass
        first, second = seen_both_ways(process.pid), seen_both_ways(process.pid)
        process.communicate()
    for before, after in zip(first, second, strict=True):
        assert own <= before.cpu_seconds < own + 0.003
        assert after.cpu_seconds == before.cpu_seconds
        assert after.all_cpu_seconds == before.all_cpu_seconds == after.cpu_seconds


@ON_LINUX
def test_a_snapshot_of_what_has_ended_is_empty_also_while_nobody_has_waited_for_it() -> None:
    with subprocess.Popen(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert proc_probe.snapshot(process.pid) == proc_probe.quick_sample(process.pid) == {}
    assert proc_probe.snapshot(process.pid) == proc_probe.quick_sample(process.pid) == {}


@ON_LINUX
def test_a_snapshot_that_is_refused_is_an_error_and_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = SmallRun(LocalEngine(tmp_path / "state", own_network=False), service("server", "hangs"))
    program = run.start("server")
    with monkeypatch.context() as patched:
        patched.setattr("os.listdir", refuse)
        with pytest.raises(EngineError, match=r"server cannot be looked at: /proc/[0-9]+/fd: Permission denied"):
            run.session.snapshot("server", program.pid)
    run.session.remove()


def refuse(path: str) -> list[str]:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)


@ON_LINUX
def test_a_descriptor_that_is_closed_during_the_snapshot_spoils_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    read, there = os.listdir, len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - as in what is tested
    closed = {f"/proc/{os.getpid()}/fd": ["987654"]}
    monkeypatch.setattr("os.listdir", lambda path: read(path) + closed.get(path, []))
    assert proc_probe.snapshot(os.getpid())["descriptors"] == there + 1


@ON_LINUX
def test_the_lab_looks_without_running_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = SmallRun(LocalEngine(tmp_path / "state", own_network=False), service("server", "servers.transfer"))
    program = run.start("server", until="ready")
    monkeypatch.setattr(subprocess, "Popen", None)
    sample = sample_of("ready", run.session.snapshot("server", program.pid))
    monkeypatch.undo()
    assert sample is not None
    assert sample.descriptors == 5
    run.session.remove()


@NAMESPACES
def test_this_machine_does_not_answer_from_inside_a_run_s_own_network(tmp_path: Path) -> None:
    run = SmallRun(LocalEngine(tmp_path / "state"), service("server", "servers.transfer"))
    run.start("server", until="ready")
    assert run.session.hosts_reached("server") == []
    run.session.remove()


@ON_LINUX
def test_a_way_to_this_machine_is_found_where_the_namespace_is_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = LocalEngine(tmp_path / "state")
    monkeypatch.setattr(engine, "take_namespace", lambda: Namespace(os.getpid()))
    run = SmallRun(engine, service("server", "hangs"))
    reached = run.session.hosts_reached("server")
    assert "127.0.0.1" in reached
    assert set(reached) <= set(isolation_check.own_addresses())
    run.session.remove()


@ON_LINUX
def test_the_probe_tells_of_no_attempt_that_was_refused_so_the_lab_does_not_wait_for_it() -> None:
    listener = HostListener()
    command = [sys.executable, "-I", "-S", proc_probe.__file__, str(listener.port), "127.0.0.1", "127.0.0.2"]
    connected = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.split()[:2] for line in connected] == [["127.0.0.1", "127.0.0.1"], ["127.0.0.2", "127.0.0.1"]]
    listener.close()
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == ""


def test_without_a_network_of_its_own_the_way_cannot_be_tried(tmp_path: Path) -> None:
    run = SmallRun(LocalEngine(tmp_path / "state", own_network=False), service("server", "hangs"))
    with pytest.raises(Unavailable, match="the services share this machine's network"):
        run.session.hosts_reached("server")
    run.session.remove()


@NAMESPACES
def test_a_try_that_could_not_be_made_is_an_error_and_not_no_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = SmallRun(LocalEngine(tmp_path / "state"), service("server", "hangs"))
    monkeypatch.setattr(run.session, "execute", lambda *_: Executed(127, b"", b"no such command\n"))
    with pytest.raises(LabFailure, match="could not be tried: no such command"):
        run.session.hosts_reached("server")
    run.session.remove()


@pytest.mark.parametrize("inside", [True, False], ids=["something inside answers", "a stranger comes"])
def test_only_what_was_tried_inside_and_came_here_is_a_way(inside: bool) -> None:
    listener = HostListener()
    if inside:
        attempts = Attempts.under_way([f"127.0.0.1 127.0.0.1 {listener.port}"])
    else:
        socket.create_connection(("127.0.0.1", listener.port)).close()
        attempts = Attempts.under_way([])
    assert listener.reached(attempts) == []
    listener.close()


@ON_LINUX
@pytest.mark.parametrize("own", [pytest.param(True, marks=NAMESPACES), False], ids=["own network", "free ports"])
def test_every_service_has_an_address_of_its_own(own: bool) -> None:
    made = Network(["one", "two"], new_namespace() if own else None)
    assert made.is_its_own is own
    assert [one.host for one in made.addresses.values()] == ["127.0.0.1", "127.0.0.2"]
    for address in made.addresses.values():
        assert own == (address.port == PORT)
        if not own:
            socket.create_server((address.host, address.port)).close()
    made.close()
    made.close()


def test_where_loopback_is_one_address_the_ports_tell_services_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "LINUX", False)
    made = Network([f"service{number}" for number in range(8)], None)
    assert new_namespace() is None
    assert {one.host for one in made.addresses.values()} == {"127.0.0.1"}
    assert len({one.port for one in made.addresses.values()}) == 8
    servers = [socket.create_server((one.host, one.port), reuse_port=True) for one in made.addresses.values()]
    for server in servers:
        server.close()
    made.close()


def test_ports_that_cannot_be_had_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(socket.socket):
        def bind(self, address: object) -> None:
            raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))

    monkeypatch.setattr("socket.socket", Refusing)
    with pytest.raises(EngineError, match=r"no port of 127\.0\.0\.1 is free: "):
        Network(["one"], None)


@pytest.fixture(autouse=True)
def own_identity() -> Iterator[None]:
    """The lab's process looks up who it is within each test, and again after it: tests hide /proc."""
    caches = (owner.this_process, owner.boot)
    for one in caches:
        one.cache_clear()
    yield
    for one in caches:
        one.cache_clear()


def test_a_whole_run_needs_nothing_that_only_linux_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scenarios.engines.local import log
    from scenarios.engines.local import service as local_service

    nowhere = tmp_path / "no-proc"
    monkeypatch.setattr(proc_probe, "PROC", str(nowhere))
    monkeypatch.setattr(local_service, "KERNEL_COUNTERS", nowhere)
    monkeypatch.setattr(network, "LINUX", False)
    monkeypatch.setattr(log, "LINUX", False)
    engine = LocalEngine(tmp_path / "state")
    run = SmallRun(
        engine,
        service("server", "servers.transfer", "--selector", "select"),
        service("client", "clients.transfer", "--to", "{server.host}", "--port", "{server.port}", after="server"),
    )
    program = run.start("server", until="ready")
    with pytest.raises(Unavailable, match="has no"):
        run.session.snapshot("server", program.pid)
    assert [(one.kind, one.owner_lives) for one in engine.leftovers()] == [("process", True), ("process", True)]
    assert not run.session.out_of_memory("server")
    assert "free ports" in engine.not_isolated
    run.session.remove()
    assert run.session.removed
    assert engine.leftovers() == []


@pytest.mark.usefixtures("runs")
def test_where_nobody_can_look_a_run_passes_and_the_checks_that_need_it_are_skipped_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proc_probe, "PROC", str(tmp_path / "no-proc"))
    engine = LocalEngine(tmp_path / "state")
    result = run_experiment(Experiment(catalog.load("epoll-500", {"clients": "5"}), Setup(engine, Quiet())))
    assert (result.verdict, result.problem) == ("pass", None)
    skipped = {check.name: check.message for check in result.checks if check.result == "skipped"}
    assert "each connected client takes one descriptor" in skipped
    assert all("this machine has no" in message for message in skipped.values())


@pytest.mark.usefixtures("runs")
def test_a_scenario_that_measures_by_snapshots_alone_is_skipped_where_nobody_can_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proc_probe, "PROC", str(tmp_path / "no-proc"))
    engine = LocalEngine(tmp_path / "state")
    result = run_experiment(
        Experiment(catalog.load("hostile-clients", {"clients": "2", "each": "1"}), Setup(engine, Quiet()))
    )
    assert result.verdict == "skip"
    assert "this machine has no" in str(result.problem)
    assert run_directories.marks() == []


@ON_LINUX
def test_a_process_that_is_about_to_close_a_descriptor_is_seen_without_it() -> None:
    """As a parent that was preempted between fork() and close()."""
    source = (
        "import os, sys, time; n = os.dup(0); print(flush=True); until = time.process_time() + 0.05\n"
        "while time.process_time() < until: pass\n"
        "os.close(n); sys.stdin.read()"
    )
    command = [sys.executable, "-c", source]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        seen = proc_probe.snapshot(process.pid)["descriptors"]
        process.communicate()
    assert seen == 3
