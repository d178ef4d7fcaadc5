"""An engine over a real ssh: scenarios run there, and each way in which it may fail is one message."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from scenarios.engines.docker.client import Clients
from tests.engine import sshd
from tests.engine.inv import Done, inv, left_behind

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(sshd.why_none() is not None, reason=str(sshd.why_none())),
]


def refused(here: sshd.Sshd, **environment: str) -> Done:
    """How a scenario ends that cannot reach its engine: as an error, without a traceback, in one line."""
    done = inv("scenario", "epoll-500", "--clients", "5", cwd=None, **(here.environment | environment))
    assert done.status == 3, done
    assert done.stderr.count("\n") == 1, done
    assert "Traceback" not in done.stderr + done.stdout
    return done


def connections(here: sshd.Sshd) -> list[int]:
    """The processes that lead to this sshd."""
    port = str(here.port)
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if {port, "docker system dial-stdio"} <= set(process.info["cmdline"] or ())
    ]


@pytest.mark.usefixtures("runs")
def test_a_scenario_passes_over_ssh_and_leaves_nothing(tmp_path: Path) -> None:
    with sshd.sshd(tmp_path) as here:
        done = inv("scenario", "epoll-500", "--clients", "50", "--json", cwd=None, **here.environment)
        assert done.status == 0, done.stderr + here.log
        assert done.record["verdict"] == "pass"
        skipped = [check["message"] for check in done.record["checks"] if check["result"] == "skipped"]
        assert any("cannot be tried on an engine elsewhere" in message for message in skipped)
        assert connections(here) == []
    assert left_behind() == []


def test_a_doctor_tells_that_the_engine_is_elsewhere_and_how_it_is_reached(tmp_path: Path) -> None:
    with sshd.sshd(tmp_path) as here:
        done = inv("doctor", cwd=None, COLUMNS="200", **here.environment)
        assert done.status == 0, done
        assert f"elsewhere, reached at {here.environment['DOCKER_HOST']}" in done.stdout
        assert "is not on this machine" in done.stdout


def test_more_clients_at_once_than_an_sshd_lets_log_in_all_get_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sshd.sshd(tmp_path, "MaxStartups 5:100:5") as here:
        for name, value in here.environment.items():
            monkeypatch.setenv(name, value)
        with ThreadPoolExecutor(16) as several:
            facts = list(several.map(lambda _: Clients().facts["Version"], range(16)))
    assert len(facts) == 16


def test_every_way_to_fail_is_one_message(tmp_path: Path) -> None:
    with sshd.sshd(tmp_path) as here:
        assert "Connection refused" in refused(here, DOCKER_HOST="ssh://127.0.0.1:1").stderr
        (tmp_path / "key.pub").rename(tmp_path / "away")
        assert "ssh-copy-id" in refused(here).stderr
        (tmp_path / "away").rename(tmp_path / "key.pub")
        here.known.write_text("", encoding="ascii")
        assert "does not know that host's key" in refused(here).stderr
        assert here.known.stat().st_size == 0


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ForceCommand exec /nonexistent/docker", "no docker command"),
        ("ForceCommand DOCKER_HOST=unix:///nonexistent docker system dial-stdio", "no engine answers"),
    ],
)
def test_a_host_without_an_engine_is_one_message(tmp_path: Path, line: str, expected: str) -> None:
    with sshd.sshd(tmp_path, line) as here:
        assert expected in refused(here).stderr
