"""An engine that is reached over TCP, TLS or ssh: nothing of what services write is lost, and nothing is
claimed of its host.
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios.definition import catalog
from scenarios.definition.scenario import Stream
from scenarios.engines.base import Session
from scenarios.engines.docker.engine import DockerEngine
from scenarios.errors import EngineUnavailable, Unavailable
from scenarios.pipeline.experiment import Experiment, Setup, run_experiment
from scenarios.pipeline.run.transcript import Transcript
from tests.engine.proxy import Elsewhere, ElsewhereOverSsh, ElsewhereWithTls
from tests.engine.test_machines import lonely, standing, started
from tests.unit.scripted import Quiet

pytestmark = pytest.mark.engine
FLOODS = 10
BOTH: tuple[Stream, Stream] = ("stdout", "stderr")


@pytest.fixture(params=["tcp", "tls", "ssh"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Elsewhere | ElsewhereOverSsh:
    """The engine of this machine, as if it were another's."""
    if request.param == "tls" and shutil.which("openssl") is None:
        pytest.skip("an engine elsewhere over tls is made with openssl, which is not installed")
    if request.param == "ssh":
        return ElsewhereOverSsh(tmp_path)
    return ElsewhereWithTls(tmp_path) if request.param == "tls" else Elsewhere()


class Everything(Transcript):
    """Keeps what the server wrote, as it came."""

    def output(self, service: str, stream: Stream, data: bytes) -> None:
        """Keeps it."""
        if service == "server":
            self.kept: dict[Stream, bytes] = getattr(self, "kept", {"stdout": b"", "stderr": b""})
            self.kept[stream] += data
        super().output(service, stream, data)


def stored(session: Session, stream: Stream) -> bytes:
    """What the engine kept of the server."""
    return b"".join(session.log("server", stream))


def same_within(seconds: float, one: Callable[[], bytes], other: Callable[[], bytes]) -> bool:
    """Whether both become the same: the engine's own log may lag behind, as may the stream."""
    deadline = time.monotonic() + seconds
    while one() != other():
        if time.monotonic() > deadline:
            return False
    return True


def test_early_floods_arrive_whole(
    elsewhere: Elsewhere | ElsewhereOverSsh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = lonely(tmp_path, "prints_early")
    with elsewhere:
        for name, value in elsewhere.environment.items():
            monkeypatch.setenv(name, value)
        engine = DockerEngine()
        for _ in range(FLOODS):
            with standing(scenario, engine, Everything) as (session, transcript):
                session.start("server")
                transcript.wait(
                    lambda: transcript["server"].exit_status is not None, "an end", "server", must_live=False
                )
                assert isinstance(transcript, Everything)
                kept = transcript.kept
                for stream in BOTH:
                    assert same_within(5, lambda: kept[stream], lambda: stored(session, stream))  # noqa: B023
                lines = sum(kept[stream].count(b"line ") for stream in BOTH)
                assert transcript["server"].event("ready")["lines"] == lines


def test_nothing_is_claimed_of_a_host_that_cannot_be_seen(
    elsewhere: Elsewhere | ElsewhereOverSsh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with elsewhere:
        for name, value in elsewhere.environment.items():
            monkeypatch.setenv(name, value)
        engine = DockerEngine()
        assert engine.hard_nofile() is None
        with standing(lonely(tmp_path), engine) as (session, transcript):
            assert session.snapshot("server", started(session, transcript))
            with pytest.raises(Unavailable, match="cannot be tried on an engine elsewhere"):
                session.hosts_reached("server")


@pytest.mark.usefixtures("runs")
def test_a_scenario_passes_on_an_engine_elsewhere_without_what_cannot_be_tried_there(
    elsewhere: Elsewhere | ElsewhereOverSsh, monkeypatch: pytest.MonkeyPatch
) -> None:
    with elsewhere:
        for name, value in elsewhere.environment.items():
            monkeypatch.setenv(name, value)
        result = run_experiment(Experiment(catalog.load("epoll-500", {"clients": "5"}), Setup(DockerEngine(), Quiet())))
    skipped = {check.name: check.message for check in result.checks if check.result == "skipped"}
    assert (result.verdict, result.problem) == ("pass", None)
    assert "cannot be tried on an engine elsewhere" in skipped["the host cannot be reached from inside"]


def test_an_engine_whose_certificate_nobody_vouches_for_is_not_talked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("certificates are made with openssl, which is not installed")
    (tmp_path / "other").mkdir()
    other, elsewhere = ElsewhereWithTls(tmp_path / "other"), ElsewhereWithTls(tmp_path)
    (tmp_path / "ca.pem").write_bytes((tmp_path / "other" / "ca.pem").read_bytes())
    with elsewhere, other:
        for name, value in elsewhere.environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(EngineUnavailable, match=r"CERTIFICATE_VERIFY_FAILED.*DOCKER_CERT_PATH"):
            DockerEngine()
        monkeypatch.delenv("DOCKER_TLS_VERIFY")
        assert DockerEngine().information().not_protected is not None
