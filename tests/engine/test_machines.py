"""What the inside of a container can and cannot do, and how the engine keeps logs."""

import secrets
import time
from collections.abc import Iterator

import pytest

from scenarios import run as runs
from scenarios import spec
from scenarios.engines import choose
from scenarios.engines.base import Session
from scenarios.engines.docker import DockerEngine
from scenarios.evidence import Event, Evidence
from scenarios.experiment import Audience
from scenarios.report.terminal import TerminalAudience

pytestmark = pytest.mark.engine


class Silent:
    """Watches, and shows nothing."""

    def doing(self, what: str) -> None:
        """Nothing."""

    def event(self, service: str, event: Event) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def living() -> Iterator[tuple[Evidence, Session]]:
    """A run of epoll-500 with few clients, its machines still standing."""
    engine = choose.connect("docker")
    scenario = spec.load("epoll-500", {"clients": "7"})
    audience: Audience = TerminalAudience(quiet=True)
    engine.prepare(scenario.services.values(), audience)
    with runs.living(engine, scenario, secrets.token_hex(4), Silent(), keep=False, timeout=60, save=lambda _: None) as (
        evidence,
        session,
    ):
        yield evidence, session


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
    assert session.read_logs("client")[0].decode() == evidence.services["client"].stdout


def test_a_command_in_a_machine_returns_its_status_and_both_streams(living: tuple[Evidence, Session]) -> None:
    done = living[1].execute("client", ("sh", "-c", "echo out; echo err >&2; exit 7"))
    assert (done.exit_status, done.stdout, done.stderr) == (7, b"out\n", b"err\n")


def test_the_samples_follow_the_clients_up_and_down(living: tuple[Evidence, Session]) -> None:
    server = living[0].services["server"]
    counts = {sample.moment: sample.descriptors for sample in server.samples}
    assert counts["connected"] == counts["ready"] + 7
    assert counts["ended"] == counts["ready"]


def test_preparing_current_images_is_quick_beside_a_run(living: tuple[Evidence, Session]) -> None:
    begun = time.monotonic()
    choose.connect("docker").prepare(living[0].scenario.services.values(), TerminalAudience(quiet=True))
    assert time.monotonic() - begun < living[0].seconds["run"]
