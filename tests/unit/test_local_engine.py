"""Services on the local engine: real processes, their events, limits, surroundings and network."""

import os
import re
import resource
import shutil
import signal
import socket
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from scenarios.definition import catalog
from scenarios.definition.scenario import STREAMS, Service
from scenarios.engines.base import MOST_BYTES
from scenarios.engines.local import service as local_service
from scenarios.engines.local import session as local_session
from scenarios.engines.local.engine import LocalEngine
from scenarios.engines.local.log import Log
from scenarios.engines.local.network import new_namespace
from scenarios.engines.local.process_registry import Machines
from scenarios.errors import EngineError
from scenarios.pipeline.run.drive import Plan, living
from scenarios.pipeline.run.transcript import Transcript
from scenarios.places import PROGRAMS
from scenarios.results.events import Event
from scenarios.results.evidence import Evidence
from tests.unit.local_runs import SmallRun, eventually, service
from tests.unit.scripted import event

NETWORKS = pytest.mark.parametrize("own_network", [True, False], ids=["own network", "free ports"])
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LocalEngine]:
    """An engine with machines of this test's own, which must be gone at its end."""
    engine = LocalEngine(tmp_path / "state", own_network=False)
    yield engine
    left = engine.leftovers()
    engine.remove(left)
    assert left == []
    assert not (tmp_path / "state").exists()


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Makes services run a program of this test's own, and returns its name."""

    def put(source: str) -> str:
        package = tmp_path / "checkout" / "labs" / "programs"
        package.mkdir(parents=True)
        (package / "own.py").write_text(textwrap.dedent(source), encoding="utf-8")
        shutil.copy(PROGRAMS / "seal.py", package)  # which every program gets its turn with
        monkeypatch.setattr(local_service, "ROOT", tmp_path / "checkout")
        return "own"

    return put


def with_sysctls(name: str, value: str) -> Service:
    return replace(service(name, "hangs"), sysctls={"net.core.somaxconn": value})


@ON_LINUX
@pytest.mark.skipif(os.geteuid() != 0 or new_namespace() is None, reason="only root may set sysctls, in a namespace")
def test_sysctls_hold_in_the_run_s_own_network_and_not_on_this_machine(tmp_path: Path) -> None:
    somaxconn, engine = Path("/proc/sys/net/core/somaxconn"), LocalEngine(tmp_path / "state")
    before = somaxconn.read_text(encoding="ascii")
    server = with_sysctls("server", str(int(before) + 17))
    assert engine.unable([server]) is None
    run = SmallRun(engine, server)
    inside = run.session.execute("server", ["cat", str(somaxconn)]).stdout.decode()
    assert (int(inside), somaxconn.read_text(encoding="ascii")) == (int(before) + 17, before)
    run.session.remove()


@pytest.mark.parametrize(
    ("own_network", "user", "values", "why"),
    [
        (True, 1000, ("7",), "only root can set sysctls, such as net.core.somaxconn"),
        (True, 0, ("7", "8"), "share one network, and they set net.core.somaxconn differently"),
        (False, 0, ("7", "7"), "sysctls need a network of the run's own"),
    ],
)
def test_sysctls_that_cannot_be_set_are_a_reason_to_skip(
    own_network: bool, user: int, values: Sequence[str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    engine = LocalEngine(tmp_path / "state", own_network=own_network)
    assert why in (engine.unable([with_sysctls(f"s{number}", value) for number, value in enumerate(values)]) or "")


@ON_LINUX
def test_a_sysctl_that_the_kernel_does_not_have_is_a_reason_to_skip(tmp_path: Path) -> None:
    server = replace(service("server", "hangs"), sysctls={"net.ipv4.tcp_nothing": "1"})
    assert LocalEngine(tmp_path / "state").unable([server]) == "this kernel has no net.ipv4.tcp_nothing"


def ended(run: SmallRun, name: str) -> int:
    """Waits for a program's end and returns its exit status as the run sees it."""
    run.event(name, "exited")
    status = run.said[name].exit_status
    assert status is not None
    return status


def test_a_program_that_fails_leaves_its_events_its_last_words_and_its_status(engine: LocalEngine) -> None:
    run = SmallRun(engine, service("server", "dies_early"))
    run.start("server")
    assert ended(run, "server") == 1
    said = run.said["server"]
    assert [event["event"] for event in said.events] == ["started", "exited"]
    assert said.stderr.read().decode().endswith("RuntimeError: there is no configuration\n")
    logs = [b"".join(run.session.log("server", stream)) for stream in STREAMS]
    assert logs == [said.stdout.read(), said.stderr.read()]
    run.session.remove()


def test_a_program_that_is_killed_has_the_status_of_the_signal(engine: LocalEngine) -> None:
    run = SmallRun(engine, service("server", "hangs"))
    os.kill(run.start("server").pid, signal.SIGTERM)
    assert ended(run, "server") == 128 + signal.SIGTERM
    run.session.remove()


def test_the_end_is_heard_behind_a_line_that_was_not_finished(engine: LocalEngine, write: Callable[[str], str]) -> None:
    run = SmallRun(engine, service("server", write("print('half a li', end='')")))
    run.start("server")
    assert ended(run, "server") == 0
    last = run.said["server"].stdout.read().splitlines()[-2:]
    assert last == [b"half a li", event("exited", code=0, seal=run.said.seal).strip().encode()]
    run.session.remove()


def test_a_program_can_neither_say_its_own_end_nor_know_the_words_for_it(
    engine: LocalEngine, write: Callable[[str], str]
) -> None:
    source = """
        import os, sys
        print('{"event": "exited", "code": 0, "seal": ""}', flush=True)
        print(sys.orig_argv, dict(os.environ), flush=True)
        sys.exit(5)
    """
    run = SmallRun(engine, service("server", write(source)))
    run.start("server")
    assert ended(run, "server") == 5
    stdout = run.said["server"].stdout.read().decode()
    assert [run.said.seal in line for line in stdout.splitlines()] == [True, False, False, True]
    run.session.remove()


def test_the_end_stands_behind_what_nobody_had_read_yet(tmp_path: Path) -> None:
    machine = Machines(tmp_path / "state").make("dddd", "server", keep=False)
    log = Log(machine, Transcript({"server": MOST_BYTES}, deadline=0))
    os.write(log.inlets["stdout"], b"last words\n")
    log.add_line(b"the end\n")
    os.write(log.inlets["stderr"], b"a late warning\n")
    assert [b"".join(log.read(stream)) for stream in STREAMS] == [b"last words\nthe end\n", b"a late warning\n"]
    log.start()
    log.close()


def test_the_end_is_heard_while_a_child_still_holds_the_output(
    engine: LocalEngine, write: Callable[[str], str]
) -> None:
    source = "import subprocess; subprocess.Popen(['sleep', '3600']); print('done')"
    run = SmallRun(engine, service("server", write(source)))
    run.start("server")
    assert ended(run, "server") == 0
    assert not run.said["server"].stopped
    run.session.remove()


def test_the_whole_log_is_there_however_much_was_written_at_the_end(
    engine: LocalEngine, write: Callable[[str], str]
) -> None:
    run = SmallRun(engine, service("server", write("for n in range(50_000): print('line', n)")))
    run.start("server")
    assert ended(run, "server") == 0
    stdout = b"".join(run.session.log("server", "stdout"))
    assert stdout.count(b"\n") == 50_000 + 2
    assert stdout == run.said["server"].stdout.read()
    run.session.remove()


@ON_LINUX
def test_the_limits_are_the_service_s_own_soft_and_hard(engine: LocalEngine) -> None:
    run = SmallRun(engine, service("server", "hangs", nofile=77))
    program = run.start("server", until="ready")
    assert psutil.Process(program.pid).rlimit(psutil.RLIMIT_NOFILE) == (77, 77)
    run.session.remove()


@ON_LINUX
@NETWORKS
def test_a_program_inherits_its_three_streams_and_nothing_else(tmp_path: Path, own_network: bool) -> None:
    with socket.socket() as secret:
        secret.set_inheritable(True)
        run = SmallRun(
            LocalEngine(tmp_path / "state", own_network=own_network),
            service("server", "hangs"),
            service("other", "hangs"),
        )
        run.start("other", until="ready")
        program = run.start("server", until="ready")
        assert {one.name for one in Path(f"/proc/{program.pid}/fd").iterdir()} == {"0", "1", "2"}
    run.session.remove()


def test_a_program_sees_nothing_of_our_environment_and_has_a_directory_of_its_own(
    engine: LocalEngine, write: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "token")
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    source = """
    import json, os, tempfile
    seen = sorted(set(os.environ) - {"PWD", "SHLVL", "_", "LC_CTYPE", "OLDPWD", "__CF_USER_TEXT_ENCODING"})
    print(json.dumps({"event": "seen", "names": seen, "cwd": os.getcwd(), "tmp": tempfile.gettempdir(),
                      "leads": os.getsid(0) == os.getpid()}))
    """
    run = SmallRun(engine, service("server", write(source)))
    run.start("server")
    seen = run.event("server", "seen")
    python = ["PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONUNBUFFERED"]
    lab = [f"IOLAB_{name}" for name in ("CHECKPOINTS", "HOST", "MACHINE", "PORT")]
    assert seen["names"] == ["HOME", *lab, "LANG", "PATH", *python, "TMPDIR"]
    assert os.path.samefile(seen["cwd"], seen["tmp"])  # noqa: PTH121 - both are texts
    assert str(engine.machines.state) in seen["tmp"]
    assert seen["leads"]
    run.session.remove()


class Silent:
    """Watches a run and says nothing."""

    def doing(self, what: str) -> None:
        pass

    def event(self, service: str, event: Event) -> None:
        pass


def transferred(engine: LocalEngine, run: str, directory: Path) -> Evidence:
    """The evidence of one whole run of a scenario of the catalog."""
    small = catalog.load("epoll-500", {"clients": "5"})
    directory.mkdir()
    with living(engine, Plan(small, run, directory, timeout=30), Silent()) as (evidence, _):
        return evidence


@NETWORKS
def test_two_runs_of_one_scenario_at_once_are_both_whole(tmp_path: Path, own_network: bool) -> None:
    runs: dict[str, Evidence] = {}
    engine = LocalEngine(tmp_path / "state", own_network=own_network)
    threads = [
        threading.Thread(target=lambda name=name: runs.update({name: transferred(engine, name, tmp_path / name)}))
        for name in ("aaaa", "bbbb")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for evidence in (runs["aaaa"], runs["bbbb"]):
        assert evidence.problem is None
        assert evidence.services["client"].exit_status == 0
        assert {one.logs for one in evidence.services.values()} == {"complete"}
        assert evidence.services["client"].said("finished")["served"] == 5
    assert engine.leftovers() == []


@ON_LINUX
def test_a_server_is_looked_at_from_outside_when_ready_connected_and_ended(tmp_path: Path) -> None:
    samples = transferred(LocalEngine(tmp_path / "state"), "cccc", tmp_path / "run").services["server"].samples
    seen = {one.moment: one for one in samples}
    assert (seen["ready"].descriptors, seen["connected"].descriptors) == (5, 10)
    assert (seen["connected"].watched, seen["ended"].watched) == (6, 1)
    assert {(one.nofile_soft, one.nofile_hard) for one in samples} == {(1024, 1024)}


@pytest.mark.skipif(new_namespace() is None, reason="this machine allows no network namespaces")
def test_a_network_of_its_own_holds_the_run_and_nothing_else(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours:
        run = SmallRun(
            LocalEngine(tmp_path / "state"),
            service("server", "servers.transfer"),
            service("client", "clients.transfer", "--to", "{server.host}", after="server"),
        )
        assert run.start("server", until="ready").pid != os.getpid()
        assert run.event("server", "ready")["port"] == 8001
        listening = run.session.execute("server", ["cat", "/proc/net/tcp"]).stdout.decode()
        assert f"0200007F:{8001:04X}" in listening
        assert f"0100007F:{ours.getsockname()[1]:04X}" not in listening
    run.session.remove()


@ON_LINUX
def test_each_server_of_a_run_has_an_address_of_its_own(tmp_path: Path) -> None:
    def asked(program: str, engine: LocalEngine) -> list[str]:
        run = SmallRun(
            engine,
            service("one", "servers.transfer"),
            service("two", "servers.transfer"),
            service("client", "hangs", after="one"),
            service("other", "hangs", "{two.host}", "one", "{one.port}", after="two"),
        )
        for name in ("one", "two", "other"):
            run.start(name, until="ready")
        words = psutil.Process(run.event(program, "started")["pid"]).cmdline()
        run.session.remove()
        return words

    words = asked("other", LocalEngine(tmp_path / "state", own_network=False))
    assert words[4:6] == ["127.0.0.4", "one"]
    assert int(words[6]) > 1024


def test_commands_see_the_service_s_directory_also_after_its_program_ended(engine: LocalEngine) -> None:
    run = SmallRun(engine, service("server", "dies_early"))
    run.start("server")
    ended(run, "server")
    done = run.session.execute("server", ["sh", "-c", 'echo "$TMPDIR"; echo wrong >&2; exit 7'])
    assert (done.exit_status, done.stderr) == (7, b"wrong\n")
    assert done.stdout.decode().startswith(str(engine.machines.state))
    run.session.remove()


def test_a_command_that_takes_too_long_is_ended(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_session, "EXECUTE_WITHIN", 0.1)
    run = SmallRun(engine, service("server", "hangs"))
    with pytest.raises(EngineError, match="looking into server took more than"):
        run.session.execute("server", ["sleep", "3600"])
    run.session.remove()
    with pytest.raises(EngineError, match="is being removed"):
        run.session.execute("server", ["true"])


def test_a_kill_counts_as_for_want_of_memory_only_when_the_kernel_counted_one(
    engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counters = tmp_path / "vmstat"
    counters.write_text("nr_free_pages 5\noom_kill 3\n", encoding="ascii")
    monkeypatch.setattr(local_service, "KERNEL_COUNTERS", counters)
    run = SmallRun(engine, service("crashed", "hangs"), service("starved", "hangs"))
    programs = [run.start(name) for name in ("crashed", "starved")]
    os.kill(programs[0].pid, signal.SIGKILL)
    ended(run, "crashed")
    counters.write_text("nr_free_pages 5\noom_kill 4\n", encoding="ascii")
    os.kill(programs[1].pid, signal.SIGKILL)
    ended(run, "starved")
    assert [run.session.out_of_memory(name) for name in ("crashed", "starved")] == [False, True]
    run.session.remove()


def test_a_windows_service_is_unavailable_and_the_message_says_what_would_run_it() -> None:
    services = catalog.load("windows-500").services.values()
    assert re.search(r"Windows image.*--engine docker", LocalEngine().unable(services) or "")


def test_the_engine_tells_its_platform_its_limit_and_what_it_does_not_isolate(engine: LocalEngine) -> None:
    assert engine.platform(service("server", "hangs")) == sys.platform
    limit = engine.hard_nofile()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert limit is None if hard == resource.RLIM_INFINITY else limit is not None and limit.value == hard
    assert "free ports" in engine.not_isolated
    assert "CPython" in engine.version


def test_input_reaches_the_program_and_is_ignored_once_it_has_ended(
    engine: LocalEngine, write: Callable[[str], str]
) -> None:
    run = SmallRun(engine, service("server", write("print(input().upper())")))
    run.start("server")
    run.session.send("server", b"go on\n")
    ended(run, "server")
    assert b"GO ON\n" in run.said["server"].stdout.read()
    run.session.send("server", b"again\n")
    assert eventually(lambda: run.said["server"].stopped)
    run.session.remove()


def test_a_program_that_never_reads_does_not_keep_the_lab_from_going_on(engine: LocalEngine) -> None:
    run = SmallRun(engine, service("server", "hangs"))
    run.start("server")
    lines = b"continue\n" * 20_000  # more than any pipe holds
    sent = threading.Thread(target=run.session.send, args=("server", lines), daemon=True)
    sent.start()
    sent.join(20)
    assert not sent.is_alive()
    run.session.remove()
