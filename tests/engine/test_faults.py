"""When something goes wrong: a clear verdict with the last lines, the evidence kept, and nothing left behind."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scenarios.engines import choose
from scenarios.engines.docker.engine import DockerEngine
from scenarios.results import run_directories
from scenarios.system import signals
from tests import misbehaving
from tests.engine.inv import WITH_CODE, inv, left_behind, run, start
from tests.engine.proxy import Proxy

# Seconds from the signal to the end of the command: far more than it takes, since the machine may have other work.
REMOVED_WITHIN = 10.0

SCENARIO = """
summary: A scenario whose {role} misbehaves.
timeout: 20
parameters: {{clients: 3, nofile: 64, selector: epoll, size: 1KiB}}
services:
  server:
    image: linux
    program: servers.transfer
    mem_limit: {memory}
    ulimits: {{nofile: "{{nofile}}"}}
  client:
    image: linux
    program: clients.transfer
    args: {arguments}
    depends_on: {{server: ready}}
family: transfers
"""


@pytest.fixture
def faulty(tmp_path: Path) -> Callable[..., str]:
    """Writes a scenario in which each service that is named runs a misbehaving program, and returns its path."""

    def write(memory: str = "64MiB", **programs: str) -> str:
        path = tmp_path / "faulty.yaml"
        to_server = '[--to, "{server.host}", --port, "{server.port}", --clients, "{clients}"]'
        arguments = "[]" if "client" in programs else to_server
        path.write_text(SCENARIO.format(role="program", memory=memory, arguments=arguments), encoding="utf-8")
        for service, program in programs.items():
            shutil.copy(misbehaving.path_of(program), tmp_path / f"{service}.py")
        return str(path)

    return write


def failing(path: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    """The status and the record of a scenario that cannot pass, with its evidence there and nothing left."""
    done = inv("scenario", path, "--json", *arguments, command=WITH_CODE)
    record = done.record
    assert (Path(record["run"]) / "evidence.json").exists()
    assert left_behind() == []
    return done.status, record


@pytest.mark.side_by_side
@pytest.mark.usefixtures("engine")
def test_a_server_that_is_never_ready_ends_the_wait_with_its_last_lines(faulty: Callable[..., str]) -> None:
    status, record = failing(faulty(server="never_ready", client="hangs"), "--timeout", "12")
    assert (status, record["verdict"]) == (3, "error")
    assert "server to be ready" in record["problem"]
    assert "loading a very large table" in record["problem"]


@pytest.mark.side_by_side
@pytest.mark.usefixtures("engine")
def test_a_server_that_dies_before_it_is_ready_is_noticed_at_once(faulty: Callable[..., str]) -> None:
    status, record = failing(faulty(server="dies_early", client="hangs"), "--timeout", "60")
    assert (status, record["verdict"]) == (3, "error")
    assert "there is no configuration" in record["problem"]
    assert record["seconds"]["run"] < 60


@pytest.mark.side_by_side
@pytest.mark.usefixtures("engine")
def test_a_client_that_hangs_is_ended_when_the_time_is_up(faulty: Callable[..., str]) -> None:
    status, record = failing(faulty(client="hangs"), "--timeout", "12")
    assert (status, record["verdict"]) == (3, "error")
    assert "client to finish" in record["problem"]


@pytest.mark.side_by_side
@pytest.mark.engine
def test_a_server_killed_for_memory_is_told_from_a_crash(faulty: Callable[..., str]) -> None:
    status, record = failing(faulty(server="eats_memory"))
    assert (status, record["verdict"]) == (1, "fail")
    assert record["measured"]["error"]["type"] == "OutOfMemory"
    assert record["measured"]["error"]["service"] == "server"


@pytest.mark.side_by_side
@pytest.mark.usefixtures("engine")
def test_a_timeout_flag_ends_a_run_that_takes_longer() -> None:
    done = inv("scenario", "fetch", "--json", "--timeout", "1.5")
    assert (done.status, done.record["verdict"]) == (3, "error")
    assert left_behind() == []


def machines_of(process: subprocess.Popen[Any]) -> list[str]:
    """Waits until the run of that process has machines, and returns their names."""
    engine = choose.connect()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        runs = {mark.run for mark in run_directories.marks() if mark.owner.pid == process.pid}
        mine = [thing for thing in engine.leftovers() if thing.service and thing.run in runs]
        if mine:
            return [thing.name for thing in mine]
    raise AssertionError("no machine came up")


@pytest.mark.parametrize(("number", "status"), [(one, 128 + one) for one in signals.ENDING])
@pytest.mark.usefixtures("engine")
def test_a_signal_removes_everything_and_says_so_in_the_exit_status(
    faulty: Callable[..., str], number: signal.Signals, status: int
) -> None:
    process = start("scenario", faulty(client="hangs"), "--timeout", "60", command=WITH_CODE)
    machines_of(process)
    sent = time.monotonic()
    process.send_signal(number)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == status
    assert time.monotonic() - sent < REMOVED_WITHIN
    assert "Traceback" not in stderr
    assert left_behind() == []


@pytest.mark.side_by_side
@pytest.mark.usefixtures("engine")
def test_a_terminal_that_is_closed_removes_everything(faulty: Callable[..., str]) -> None:
    """Nothing can be printed any more, and that must not stop the removal."""
    ours, theirs = os.openpty()
    command = [*WITH_CODE, "scenario", faulty(client="hangs"), "--timeout", "60"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    machines_of(process)
    os.close(ours)
    # The terminal is not its controlling one, so what the kernel would send is sent here.
    process.send_signal(signal.SIGHUP)
    assert process.wait(30) == 128 + signal.SIGHUP
    assert left_behind() == []


@pytest.mark.side_by_side
@pytest.mark.usefixtures("engine")
def test_a_command_that_ignores_the_closing_of_its_terminal_goes_on(faulty: Callable[..., str]) -> None:
    command = ["nohup", *WITH_CODE, "scenario", faulty(client="hangs"), "--timeout", "12", "--json"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    machines_of(process)
    process.send_signal(signal.SIGHUP)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 3, stderr
    assert "client to finish" in json.loads(stdout)["problem"]
    assert left_behind() == []


@pytest.mark.usefixtures("engine")
def test_the_next_command_of_any_kind_removes_what_a_killed_one_left(faulty: Callable[..., str]) -> None:
    process = start("scenario", faulty(client="hangs"), "--timeout", "60", command=WITH_CODE)
    machines_of(process)
    process.kill()
    process.communicate()
    assert left_behind() != []
    assert inv("scenarios").status == 0
    assert left_behind() == []


@pytest.mark.side_by_side
@pytest.mark.engine
def test_an_engine_that_loses_a_container_in_the_middle_is_an_error(faulty: Callable[..., str]) -> None:
    process = start("scenario", faulty(client="never_ready"), "--json", "--timeout", "60", command=WITH_CODE)
    deadline = time.monotonic() + 30
    while not any(name.endswith("-client") for name in machines_of(process)) and time.monotonic() < deadline:
        pass
    client = next(name for name in machines_of(process) if name.endswith("-client"))
    engine = DockerEngine()
    engine.remove([thing for thing in engine.leftovers() if thing.name == client])
    stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 3, stdout
    assert left_behind() == []


@pytest.mark.engine
def test_an_engine_that_stops_in_the_middle_is_an_error_and_swept_up_once_it_is_back(
    faulty: Callable[..., str], tmp_path: Path
) -> None:
    """The engine is stopped by closing the socket that leads to it; it has no other way to be heard."""
    with Proxy(tmp_path / "docker.sock") as proxy:
        arguments = ("scenario", faulty(client="hangs"), "--json", "--timeout", "60")
        process = start(*arguments, command=WITH_CODE, DOCKER_HOST=proxy.address)
        machines_of(process)
    stdout, _ = process.communicate(timeout=60)
    record = json.loads(stdout)
    assert (process.returncode, record["verdict"]) == (3, "error")
    assert "engine" in record["problem"]
    assert (Path(record["run"]) / "evidence.json").exists()
    assert left_behind() != []
    assert inv("runs").status == 0
    assert left_behind() == []


@pytest.mark.side_by_side
@pytest.mark.usefixtures("engine")
def test_two_runs_of_one_scenario_at_once_are_both_right() -> None:
    both = [start("scenario", "epoll-500", "--clients", "200", "--json") for _ in range(2)]
    ended = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], ended
    assert left_behind() == []


@pytest.mark.engine
def test_what_is_not_ours_is_never_touched() -> None:
    engine = choose.connect("docker")
    assert isinstance(engine, DockerEngine)
    run("epoll-500", "--clients", "5")
    network = engine.api.create_network("iolab-lookalike", labels={"iolab.run": "not ours"})["Id"]
    # A user's own container of the lab's image carries the image's labels.
    container = engine.api.create_container("iolab/linux", ["sleep", "60"], name="iolab-lookalike-container")["Id"]
    try:
        run("epoll-500", "--clients", "5")
        assert inv("down").status == 0
        assert [found["Name"] for found in engine.api.networks(ids=[network])] == ["iolab-lookalike"]
        assert engine.api.inspect_container(container)["Name"] == "/iolab-lookalike-container"
    finally:
        engine.api.remove_container(container)
        engine.api.remove_network(network)


@pytest.mark.engine
def test_a_network_that_cannot_be_removed_is_told_once_and_stops_nothing() -> None:
    engine = choose.connect("docker")
    assert isinstance(engine, DockerEngine)
    record = run("epoll-500", "--clients", "5", "--keep", "--engine", "docker")
    network = f"iolab-{run_directories.run_of(Path(record['run']))}"
    theirs = engine.api.create_container("iolab/linux", entrypoint=["sleep", "600"], name="iolab-lookalike-inside")[
        "Id"
    ]
    try:
        engine.api.connect_container_to_network(theirs, network)
        engine.api.start(theirs)
        down = inv("down")
        assert (down.status, [thing.name for thing in left_behind()]) == (0, [network])
        assert f"network {network} cannot be removed: it still holds iolab-lookalike-inside" in down.stderr
        later = inv("scenario", "epoll-500", "--clients", "5", "--json")
        assert (later.status, later.record["verdict"], later.stderr) == (0, "pass", "")
        again = inv("down")
        assert (again.status, again.stderr) == (0, "")
        doctor = inv("doctor")
        assert (doctor.status, network in doctor.stdout) == (0, True)
    finally:
        engine.api.remove_container(theirs, force=True)
    run("epoll-500", "--clients", "5")
    assert left_behind() == []


@pytest.mark.usefixtures("engine")
def test_a_kept_run_stays_until_down_and_can_be_looked_into() -> None:
    record = run("epoll-500", "--clients", "5", "--keep")
    kept = [thing for thing in left_behind() if thing.kept]
    assert {thing.service for thing in kept if thing.service} == {"server", "client"}
    assert inv("scenarios").status == 0
    assert len(left_behind()) == len(kept)
    down = inv("down")
    assert all(thing.name in down.stdout for thing in kept), (record["run"], down.stdout)
    assert left_behind() == []


def of_a_liar(path: Path, image: str = "linux") -> tuple[int, dict[str, Any]]:
    """What becomes of a client that says it began as process 1 and ended well, and then ends with status 3."""
    text = path.read_text(encoding="utf-8").replace("args: []", "args: [exited]")
    before, client, after = text.rpartition("image: linux")
    assert client
    path.write_text(f"{before}image: {image}{after}", encoding="utf-8")
    return failing(str(path), "--timeout", "60")


@pytest.mark.side_by_side
@pytest.mark.usefixtures("engine")
def test_a_program_that_says_that_it_ended_well_is_not_believed(faulty: Callable[..., str]) -> None:
    status, record = of_a_liar(Path(faulty(client="says")))
    assert (status, record["verdict"]) == (1, "fail")
    assert record["measured"]["error"]["message"] == "exit status 3"


@pytest.mark.side_by_side
@pytest.mark.engine
def test_a_program_on_windows_is_not_believed_either(faulty: Callable[..., str]) -> None:
    status, record = of_a_liar(Path(faulty(client="says")), image="windows")
    assert (status, record["verdict"]) == (1, "fail")
    assert record["measured"]["error"]["message"] == "exit status 3"


@pytest.mark.side_by_side
@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("how", ["unfinished", "ready", "checkpoint"])
def test_output_without_an_end_neither_hides_the_exit_nor_puts_off_the_deadline(
    faulty: Callable[..., str], how: str
) -> None:
    path = Path(faulty(client="says"))
    path.write_text(path.read_text(encoding="utf-8").replace("args: []", f"args: [{how}]"), encoding="utf-8")
    status, record = failing(str(path), "--timeout", "12")
    if how == "unfinished":
        assert (status, record["verdict"]) == (1, "fail")  # nobody was served, and the lab knows it at once
        assert record["seconds"]["run"] < 12
    else:
        assert (status, record["verdict"]) == (3, "error")
        assert "client to finish" in record["problem"]
