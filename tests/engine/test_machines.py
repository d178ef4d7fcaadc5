"""What the inside of a container can and cannot do, and how the engine keeps logs."""

import secrets
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scenarios.definition import catalog
from scenarios.definition.scenario import Scenario, Service
from scenarios.engines import choose
from scenarios.engines.base import Session, most_bytes
from scenarios.engines.docker import machines
from scenarios.engines.docker import session as sessions
from scenarios.engines.docker.engine import DockerEngine
from scenarios.errors import EngineError
from scenarios.pipeline.experiment import Audience
from scenarios.pipeline.preflight import prepare
from scenarios.pipeline.run import drive as runs
from scenarios.pipeline.run.transcript import Transcript
from scenarios.report.terminal import TerminalAudience
from scenarios.results.events import Event
from scenarios.results.evidence import Evidence
from scenarios.results.sample import sample_of
from tests import misbehaving
from tests.unit import proc

pytestmark = [pytest.mark.engine, pytest.mark.side_by_side]


class Silent:
    """Watches, and shows nothing."""

    def doing(self, what: str) -> None:
        """Nothing."""

    def event(self, service: str, event: Event) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Evidence, Session]]:
    """A run of epoll-500 with few clients, its machines still standing."""
    engine = choose.connect("docker")
    scenario = catalog.load("epoll-500", {"clients": "7"})
    audience: Audience = TerminalAudience(quiet=True)
    image_ids = prepare(scenario, engine, audience)
    directory = tmp_path_factory.mktemp("run")
    plan = runs.Plan(scenario, secrets.token_hex(4), directory, timeout=60, image_ids=image_ids)
    with runs.living(engine, plan, Silent()) as (evidence, session):
        yield evidence, session


LONELY = """
summary: One machine with a program that a test starts by hand.
timeout: 30
parameters: {{clients: 1, nofile: 64, selector: epoll, size: 1KiB}}
services:
  server: {{image: linux, program: servers.transfer, pids_limit: {pids}, ulimits: {{nofile: "{{nofile}}"}}}}
  client: {{image: linux, program: clients.transfer, depends_on: {{server: ready}}}}
family: transfers
"""


def lonely(folder: Path, program: str | None = None, pids: int = 64) -> Scenario:
    """A scenario whose server runs a misbehaving program, or its own where none is named."""
    path = folder / "lonely.yaml"
    path.write_text(LONELY.format(pids=pids), encoding="utf-8")
    scenario = catalog.load(str(path))
    return with_service(scenario, misbehaving.running(program, scenario.services["server"])) if program else scenario


def with_service(scenario: Scenario, service: Service) -> Scenario:
    """The scenario with another service of that name."""
    return replace(scenario, services={**scenario.services, service.name: service})


@contextmanager
def standing(
    scenario: Scenario, engine: DockerEngine | None = None, sink: type[Transcript] = Transcript
) -> Iterator[tuple[Session, Transcript]]:
    """Its machines, of which nothing was started yet."""
    engine = engine or DockerEngine()
    image_ids = prepare(scenario, engine, TerminalAudience(quiet=True))
    transcript = sink({name: most_bytes(one) for name, one in scenario.services.items()}, time.monotonic() + 60)
    session = engine.open(scenario, secrets.token_hex(4), transcript, False, image_ids)
    try:
        session.create()
        yield session, transcript
    finally:
        session.remove()


def started(session: Session, transcript: Transcript, service: str = "server") -> int:
    """Starts its program, waits until it is ready, and returns its process id inside."""
    session.start(service)
    transcript.wait(lambda: transcript[service].has("ready"), "a start", service, must_live=True)
    return int(transcript[service].event("started")["pid"])


def descriptors() -> int:
    """How many this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def said(session: Session, command: str) -> str:
    """What a shell command prints in the server's machine."""
    return session.execute("server", ("sh", "-c", f"{command} 2>&1")).stdout.decode().strip()


def test_the_program_is_not_root_and_has_no_capabilities(living: tuple[Evidence, Session]) -> None:
    assert said(living[1], "id -un") == "lab"
    assert said(living[1], "grep -E '^Cap(Eff|Prm|Bnd)' /proc/self/status | awk '{print $2}' | sort -u") == "0" * 16
    assert said(living[1], "grep NoNewPrivs /proc/1/status").endswith("1")


def test_nothing_but_tmp_can_be_written(living: tuple[Evidence, Session]) -> None:
    assert "Read-only file system" in said(living[1], "touch /opt/iolab/x; touch /home/lab/x")
    assert said(living[1], "touch /tmp/x && echo written") == "written"


def test_there_is_no_way_out_of_the_network(living: tuple[Evidence, Session]) -> None:
    engine = choose.connect("docker")
    assert isinstance(engine, DockerEngine)
    assert [network["Internal"] for network in engine.api.networks(names=[f"iolab-{living[0].run}"])] == [True]
    assert said(living[1], "ls /var/run/docker.sock").startswith("ls: cannot access")


def test_the_program_inherits_no_descriptor_but_the_standard_three(living: tuple[Evidence, Session]) -> None:
    evidence, session = living
    program = evidence.services["server"].said("started")["pid"]
    assert evidence.services["server"].said("ready")["descriptors"] == 5
    links = said(session, f"readlink /proc/{program}/fd/0 /proc/{program}/fd/1 /proc/{program}/fd/2").splitlines()
    assert all(link.startswith("pipe:") for link in links), links


def test_the_logs_are_complete_and_equal_to_the_engines_own(living: tuple[Evidence, Session]) -> None:
    evidence, session = living
    assert evidence.services["client"].logs == "complete"
    assert b"".join(session.log("client", "stdout")).decode() == evidence.services["client"].stdout_tail


def test_a_command_in_a_machine_returns_its_status_and_both_streams(living: tuple[Evidence, Session]) -> None:
    done = living[1].execute("client", ("sh", "-c", "echo out; echo err >&2; exit 7"))
    assert (done.exit_status, done.stdout, done.stderr) == (7, b"out\n", b"err\n")


@pytest.mark.parametrize(
    ("command", "status", "stdout"),
    [
        (("printf", "%s|", "", "a b", "\n.\n", "\u00e9'\""), 0, "|a b|\n.\n|\u00e9'\"|".encode()),
        (("sh", "-c", "head -c 300000 /dev/zero; kill -9 $$"), 137, bytes(300_000)),
        (("sh", "-c", "kill -TERM $$"), 143, b""),
        (("cat",), 0, b""),
        (("not-there",), 127, b""),
    ],
    ids=["words as they are", "much output", "killed", "no input", "no such command"],
)
def test_a_command_gets_its_words_and_gives_its_bytes_and_its_end(
    living: tuple[Evidence, Session], command: tuple[str, ...], status: int, stdout: bytes
) -> None:
    done = living[1].execute("server", command)
    assert (done.exit_status, done.stdout) == (status, stdout)


def test_the_samples_follow_the_clients_up_and_down(living: tuple[Evidence, Session]) -> None:
    server = living[0].services["server"]
    counts = {sample.moment: sample.descriptors for sample in server.samples}
    assert counts["connected"] == counts["ready"] + 7
    assert counts["ended"] == counts["ready"]


def test_preparing_current_images_is_quick_beside_a_run(living: tuple[Evidence, Session]) -> None:
    begun = time.monotonic()
    prepare(living[0].scenario, choose.connect("docker"), TerminalAudience(quiet=True))
    assert time.monotonic() - begun < living[0].seconds["run"]


@pytest.mark.parametrize("service", ["server", "client"])
def test_no_service_of_the_host_answers_from_inside(living: tuple[Evidence, Session], service: str) -> None:
    assert list(living[1].hosts_reached(service)) == []


@pytest.mark.parametrize("service", ["server", "client"])
def test_a_host_that_has_an_address_in_the_network_is_found_to_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    monkeypatch.setattr(machines, "network_options", lambda _: {})
    with standing(lonely(tmp_path)) as (session, _):
        assert len(session.hosts_reached(service)) >= 1


def test_a_program_has_exactly_its_pids_limit_and_the_lab_still_looks_and_checks(tmp_path: Path) -> None:
    with standing(lonely(tmp_path, "takes_all_threads", pids=40)) as (session, transcript):
        pid = started(session, transcript)
        assert transcript["server"].event("ready")["threads"] == 40
        assert sample_of("full", session.snapshot("server", pid)) is not None
        done = session.execute("server", ("sh", "-c", "echo $(ls /proc/1/fd | wc -l) | cat"))
        assert done.exit_status == 0, done.stderr
        assert list(session.hosts_reached("server")) == []


def test_a_machine_that_nobody_waits_for_can_be_looked_into_although_its_program_took_everything(
    tmp_path: Path,
) -> None:
    scenario = lonely(tmp_path)
    client = scenario.services["client"]
    full = replace(misbehaving.running("takes_all_threads", client), pids_limit=40, depends_on={})
    scenario = with_service(scenario, full)
    with standing(scenario) as (session, transcript):
        pid = started(session, transcript, "client")
        assert sample_of("full", session.snapshot("client", pid)) is not None


def test_a_snapshot_says_what_a_shell_command_says(tmp_path: Path) -> None:
    with standing(lonely(tmp_path)) as (session, transcript):
        pid = started(session, transcript)
        looked = sample_of("now", session.snapshot("server", pid))
        by_command = session.execute("server", proc.command(pid)).stdout.decode()
        said = sample_of("now", proc.numbers(by_command))
        assert looked and said
        # A shell reads hundredths of a second, a probe the processes' own clocks.
        assert looked.exact and abs(looked.cpu_seconds - said.cpu_seconds) < 0.05
        clocks: dict[str, Any] = {"cpu_seconds": 0.0, "all_cpu_seconds": 0.0, "exact": False, "ended_threads": None}
        clocks |= {"waits": (), "voluntary": None, "involuntary": None, "octets": None}  # a shell does not read them
        clocks |= {"writes": None, "queued": None, "files": None}
        assert replace(looked, **clocks) == replace(said, **clocks)
        assert session.snapshot("server", 99999) == {}


def test_a_command_that_takes_too_long_is_an_error_and_its_connection_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with standing(lonely(tmp_path)) as (session, _):
        session.execute("server", ("true",))
        before = descriptors()
        monkeypatch.setattr(sessions, "EXECUTE_WITHIN", 0.3)
        with pytest.raises(EngineError, match=r"took more than 0.3 s"):
            session.execute("server", ("sleep", "1000"))
        assert descriptors() <= before


def test_a_snapshot_after_the_probe_was_killed_is_an_error_and_the_next_one_works(tmp_path: Path) -> None:
    with standing(lonely(tmp_path)) as (session, transcript):
        pid = started(session, transcript)
        assert isinstance(session, sessions.DockerSession)
        subprocess.run(
            ["docker", "exec", session.container("server"), "pkill", "-f", "^/usr/bin/python3 -I"], check=True
        )
        with pytest.raises(EngineError, match="looking into server"):
            session.snapshot("server", pid)
        assert sample_of("now", session.snapshot("server", pid)) is not None


def test_descriptors_and_threads_stay_the_same_however_many_runs_an_engine_sees(tmp_path: Path) -> None:
    engine, scenario = DockerEngine(), lonely(tmp_path)
    counts = []
    for _ in range(8):
        with standing(scenario, engine) as (session, transcript):
            pid = started(session, transcript)
            session.snapshot("server", pid)
            session.execute("server", ("true",))
            b"".join(session.log("server", "stdout"))
        counts.append((descriptors(), threading.active_count()))
    # How many calls are made at once differs, and with it how many clients there are; but not one for each run.
    assert counts[-1][0] - counts[0][0] < len(counts) - 1, counts
    assert counts[-1][1] <= counts[0][1], counts
