"""What local runs leave, and how it is ended: only what is provably theirs, and all of it."""

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from scenarios.engines.base import MOST_BYTES
from scenarios.engines.local import process_registry as local_machines
from scenarios.engines.local import service as local_service
from scenarios.engines.local.engine import LocalEngine
from scenarios.engines.local.process_registry import MARK, Machine, Machines
from scenarios.engines.local.service import LAUNCH
from scenarios.errors import EngineError, Interrupted
from scenarios.pipeline import leftovers
from scenarios.pipeline.run.transcript import Transcript
from scenarios.places import PROGRAMS, ROOT
from scenarios.system import owner as owners
from tests.unit.local_runs import SmallRun, eventually, scenario, service


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """Where this test's machines are; whatever it leaves is ended."""
    yield tmp_path / "state"
    engine = LocalEngine(tmp_path / "state")
    engine.remove(engine.leftovers())


def owner(state: Path, run: str, fate: str = "sweep") -> "subprocess.Popen[str]":
    """Another process that runs a server, once the server is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.local_runs", str(state), run, fate],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def bearing(mark: str) -> list[psutil.Process]:
    """The living processes whose environment holds the mark."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if mark in process.environ().get(MARK, "") and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def test_what_a_killed_lab_left_is_found_and_ended(state: Path) -> None:
    lab = owner(state, "feed01")
    engine = LocalEngine(state)
    assert [(one.kind, one.service, one.owner_lives, one.kept) for one in engine.leftovers()] == [
        ("process", "server", True, False)
    ]
    with lab:
        lab.kill()
    left = engine.leftovers()
    assert [(one.run, one.owner_lives) for one in left] == [("feed01", False)]
    assert bearing("feed01") != []
    engine.remove(left)
    assert bearing("feed01") == []
    assert engine.leftovers() == []
    assert not state.exists()
    engine.remove(left)


def test_removing_one_run_leaves_the_others_alone(state: Path) -> None:
    with owner(state, "feed02") as one, owner(state, "feed03") as other:
        for lab in (one, other):
            lab.kill()
    engine = LocalEngine(state)
    engine.remove(thing for thing in engine.leftovers() if thing.run == "feed02")
    assert [(thing.run, thing.kind) for thing in engine.leftovers()] == [("feed03", "process")]


def test_a_process_whose_number_was_used_again_is_never_ended(state: Path) -> None:
    machines = Machines(state)
    machine = machines.make("feed04", "server", keep=False)
    with subprocess.Popen(["sleep", "3600"], start_new_session=True) as stranger:
        try:
            started = owners.started(stranger.pid)
            assert started is not None
            program = {"pid": stranger.pid, "started": started - 100, "boot": owners.boot()}
            (machine.directory / "process").symlink_to(json.dumps(program))
            machines.remove(machines.all())
            assert stranger.poll() is None
            assert machines.all() == []
        finally:
            stranger.kill()


@pytest.mark.parametrize(
    "how", ["start_new_session=True", "env={'PATH': '/usr/bin:/bin'}"], ids=["left its session", "took no environment"]
)
def test_what_a_program_started_is_ended_with_it(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    package = tmp_path / "checkout" / "labs" / "programs"
    package.mkdir(parents=True)
    source = f"""
    import subprocess
    child = subprocess.Popen(["sleep", "3600"], {how})
    print('{{"event": "left", "pid": %d}}' % child.pid)
    input()
    """
    (package / "own.py").write_text(textwrap.dedent(source), encoding="utf-8")
    shutil.copyfile(PROGRAMS / "seal.py", package / "seal.py")  # every program is started with it
    monkeypatch.setattr(local_service, "ROOT", tmp_path / "checkout")
    run = SmallRun(LocalEngine(state, own_network=False), service("server", "own"), run="feed05")
    run.start("server")
    child = psutil.Process(run.event("server", "left")["pid"])
    try:
        run.session.remove()
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
        assert not state.exists()
    finally:
        with suppress(psutil.NoSuchProcess):
            child.kill()


def test_a_program_does_nothing_before_its_process_is_recorded(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", LAUNCH, "launch", "64", "touch", str(tmp_path / "done")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
    )
    assert (done.returncode, done.stdout) == (125, b"")
    assert not (tmp_path / "done").exists()


@pytest.mark.parametrize("started", range(4))
def test_a_removal_in_the_middle_of_the_starts_leaves_nothing(state: Path, started: int) -> None:
    names = [f"server{number}" for number in range(4)]
    run = SmallRun(
        LocalEngine(state, own_network=False), *(service(name, "hangs") for name in names), run=f"feed1{started}"
    )

    def start(name: str) -> None:
        with suppress(EngineError):
            run.session.start(name)

    threads = [threading.Thread(target=start, args=(name,)) for name in names]
    for thread in threads[:started]:
        thread.start()
    remover = threading.Thread(target=run.session.remove)
    remover.start()
    for thread in threads[started:]:
        thread.start()
    for thread in (*threads, remover):
        thread.join()
    assert run.session.removed
    assert bearing(f"feed1{started}") == []
    assert not state.exists()
    run.session.remove()


def test_a_removal_waits_for_what_is_just_being_made(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = LocalEngine(state, own_network=False)
    making, go_on = threading.Event(), threading.Event()
    make = engine.machines.make

    def slowly(run: str, service: str, keep: bool) -> Machine:
        making.set()
        go_on.wait()
        return make(run, service, keep)

    monkeypatch.setattr(engine.machines, "make", slowly)
    experiment = scenario(service("server", "hangs"))
    session = engine.open(experiment, "feed14", Transcript({"server": MOST_BYTES}, deadline=0), False, {})
    creator = threading.Thread(target=session.create)
    creator.start()
    making.wait()
    remover = threading.Thread(target=session.remove)
    remover.start()
    remover.join(0.1)
    go_on.set()
    for thread in (creator, remover):
        thread.join()
    assert session.removed
    assert not state.exists()


def test_a_kept_server_goes_on_serving_and_logging_after_its_lab_has_ended(state: Path) -> None:
    with owner(state, "feed06", "keep") as lab:
        pass
    assert lab.returncode == 0
    engine = LocalEngine(state)
    [kept] = engine.leftovers()
    assert (kept.kind, kept.kept, kept.owner_lives) == ("process", True, False)
    [machine] = engine.machines.all()
    assert machine.program is not None
    [port] = {one.laddr.port for one in psutil.Process(machine.program.pid).net_connections()} or {8001}
    client = [sys.executable, "-m", "labs.programs.clients.transfer", "--clients", "2", "--size", "64KiB"]
    command = ["sh", "-c", '"$@" >/dev/null', "client", *client, "--port", str(port)]
    for _ in range(2):
        assert engine.execute_in(kept, ["env", "IOLAB_CHECKPOINTS=0", *command]) == 0
    log = machine.directory / "stdout"
    assert eventually(lambda: log.read_text(encoding="utf-8").count('"closed"') == 4)
    engine.remove([kept])
    assert bearing("feed06") == []
    assert not state.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc, and descriptors that stand for processes")
def test_a_kept_run_holds_no_descriptor_and_no_thread_of_the_lab_that_left_it(state: Path) -> None:
    engine = LocalEngine(state)
    held, runs = [], []
    for number in range(3):
        kept = SmallRun(engine, service("server", "servers.transfer"), run=f"feed2{number}", keep=True)
        program = kept.start("server", until="ready")
        kept.session.leave()
        kept.said.close()
        held.append((len(list(Path("/proc/self/fd").iterdir())), threading.active_count()))
        assert program.lives
        runs.append(kept)
    assert len(set(held)) == 1, held
    assert [(thing.kind, thing.kept) for thing in engine.leftovers()] == [("process", True)] * 3
    for kept in runs:
        kept.session.remove()
    assert not state.exists()


def test_the_lab_does_not_end_itself_when_called_from_inside_a_machine(state: Path) -> None:
    machine = Machines(state).make("feed07", "server", keep=True)
    command = f"""
    from pathlib import Path
    from scenarios.engines.local.engine import LocalEngine
    engine = LocalEngine(Path({str(state)!r}))
    engine.remove(engine.leftovers())
    """
    inside = ["sh", "-c", '"$@"; exit $?', "shell", sys.executable, "-c", textwrap.dedent(command)]
    done = subprocess.run(inside, env={**os.environ, MARK: machine.name}, cwd=ROOT, check=False)
    assert done.returncode == 0
    assert not state.exists()


@pytest.mark.parametrize("kind", ["readable by others", "a link"])
def test_a_directory_that_somebody_else_may_have_made_is_refused(tmp_path: Path, kind: str) -> None:
    state = tmp_path / "state"
    if kind == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        state.symlink_to(tmp_path / "elsewhere")
    else:
        state.mkdir()
        state.chmod(0o755)
    with pytest.raises(EngineError, match="remove it"):
        Machines(state).make("feed08", "server", keep=False)
    assert Machines(state).all() == []


def test_a_record_that_cannot_be_read_hides_no_other(state: Path) -> None:
    machines = Machines(state)
    machines.make("feed09", "server", keep=False)
    (state / "damaged.machine").symlink_to("no record")
    assert [machine.run for machine in machines.all()] == ["feed09"]
    (state / "damaged.machine").unlink()


def test_records_that_cannot_be_looked_through_are_an_error_and_never_none(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> Iterator[Path]:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    engine = LocalEngine(state)
    engine.machines.make("feed15", "server", keep=False)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "iterdir", refuse)
        with pytest.raises(EngineError, match="cannot be listed: Permission denied"):
            engine.leftovers()
        with pytest.raises(EngineError):
            engine.remove([])
    assert len(engine.leftovers()) == 1


def test_what_cannot_be_removed_is_an_error_and_keeps_its_record(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machines = Machines(state)
    machine = machines.make("feed16", "server", keep=False)
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", lambda *_, **__: None)
        with pytest.raises(EngineError, match=r"cannot be removed: .*feed16-server"):
            machines.remove([machine])
    assert [one.run for one in machines.all()] == ["feed16"]


def test_processes_that_cannot_be_killed_stay_with_the_reason(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(process: psutil.Process) -> None:
        raise psutil.AccessDenied(process.pid)

    run = SmallRun(LocalEngine(state, own_network=False), service("server", "hangs"), run="feed17")
    program = run.start("server")
    with monkeypatch.context() as patch:
        patch.setattr(psutil.Process, "kill", refuse)
        patch.setattr(local_machines, "GONE_WITHIN", 0.05)
        [refused] = run.engine.remove(run.engine.leftovers())
        assert refused.thing.run == "feed17"
        assert refused.reason == f"these processes do not end when killed: {program.pid}"
    run.session.remove()
    assert run.session.removed


def test_a_record_of_an_older_form_is_still_judged_and_removed(state: Path) -> None:
    machines = Machines(state)
    machine = machines.make("feed18", "server", keep=False)
    with subprocess.Popen(["true"]) as dead:
        pass
    for pid, lives in ((dead.pid, False), (os.getpid(), True)):
        who = {"pid": pid, "started": 1790000000.25, "host": socket.gethostname()}
        text = json.dumps({"run": "feed18", "service": "server", "kept": False, "owner": who})
        machine.record.unlink()
        machine.record.symlink_to(text)
        [left] = LocalEngine(state).leftovers()
        assert left.owner_lives is lives
    machine.record.unlink()
    machine.record.symlink_to(text.replace(str(os.getpid()), '"nobody knows"'))
    [left] = LocalEngine(state).leftovers()
    assert left.owner_lives
    LocalEngine(state).remove([left])
    assert not state.exists()


def test_taking_down_one_run_insists_while_its_lab_lives_and_ends_its_programs_but_not_the_lab(
    state: Path, runs: Path
) -> None:
    with owner(state, "feed19") as lab, owner(state, "feed20") as other:
        engine = LocalEngine(state)
        assert leftovers.down(engine) == []
        assert [thing.run for thing in leftovers.down(engine, run="feed19")] == ["feed19"]
        assert bearing("feed19") == []
        assert bearing("feed20") != []
        assert (lab.poll(), other.poll()) == (None, None)


def test_a_directory_that_another_command_removes_meanwhile_held_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "is_dir", lambda _: True)  # as it still was a moment before
    assert Machines(tmp_path / "state").all() == []


def test_no_process_is_left_by_an_interrupt_while_the_thread_that_creates_it_is_started(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The executor does not know such a thread, and cannot wait for it."""
    start, make, every = threading.Thread.start, Machines.make, Machines.all
    looked = threading.Event()

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        raise Interrupted(2)

    def slowly(machines: Machines, run: str, name: str, keep: bool) -> Machine:
        looked.wait(0.3)
        return make(machines, run, name, keep)

    def noted(machines: Machines) -> list[Machine]:
        found = every(machines)
        looked.set()
        return found

    monkeypatch.setattr(Machines, "make", slowly)
    monkeypatch.setattr(Machines, "all", noted)
    only, run = service("server", "hangs"), "feed19"
    engine = LocalEngine(state, own_network=False)
    session = engine.open(scenario(only), run, Transcript({"server": MOST_BYTES}, time.monotonic() + 60), False, {})
    with monkeypatch.context() as patch, pytest.raises(Interrupted):
        patch.setattr(threading.Thread, "start", interrupted)
        session.create()
    session.remove()
    for thread in threading.enumerate():
        if thread.name.startswith("ThreadPoolExecutor"):
            thread.join()
    assert engine.leftovers() == []
