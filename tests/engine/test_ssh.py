"""An engine over a real ssh: scenarios run there, and each way in which it may fail is one message."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psutil
import pytest

from scenarios.engines.docker.client import Clients
from scenarios.engines.docker.ssh import REMOTE, SshFailed, Tunnel, parsed
from scenarios.places import ROOT
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
        if {port, REMOTE} <= set(process.info["cmdline"] or ())
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
        assert f"on another machine, {here.environment['DOCKER_HOST']}" in done.stdout
        assert "is on another machine" in done.stdout


def test_many_calls_at_once_share_the_one_login_that_an_sshd_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sshd.sshd(tmp_path, "MaxStartups 2:100:2\nMaxSessions 1") as here:
        for name, value in here.environment.items():
            monkeypatch.setenv(name, value)
        clients, all_at_once = Clients(), Barrier(16)

        def version(_: int) -> str:
            with clients.lent() as api:
                all_at_once.wait(30)
                return str(api.version()["Version"])

        with ThreadPoolExecutor(16) as several:
            assert set(several.map(version, range(16))) == {clients.facts["Version"]}
        assert len(connections(here)) == 1


def test_a_connection_ends_with_the_process_that_opened_it_also_if_that_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sshd.sshd(tmp_path) as here:
        for name, value in here.environment.items():
            monkeypatch.setenv(name, value)
        code = "from scenarios.engines.docker.client import Clients; c = Clients(); print('up', flush=True); input()"
        pipe = subprocess.PIPE
        with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=pipe, stdout=pipe) as lab:
            assert lab.stdout is not None
            assert lab.stdout.readline() == b"up\n"
            (mine,) = connections(here)
            assert [one for one in psutil.Process(mine).net_connections("tcp") if one.status == "LISTEN"] == []
            lab.kill()
        psutil.wait_procs([psutil.Process(one) for one in connections(here)], timeout=10)
        assert connections(here) == []


def test_a_master_connection_of_the_users_does_not_go_on_listening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sshd.sshd(tmp_path) as here:
        for name, value in here.environment.items():
            monkeypatch.setenv(name, value)
        with (tmp_path / "config").open("a", encoding="utf-8") as config:
            config.write(f"ControlPath {tmp_path}/master\n")
        address = here.environment["DOCKER_HOST"]
        master, quiet = [*parsed(address)[0], "echo up; cat"], subprocess.DEVNULL
        master.insert(1, "-M")
        with subprocess.Popen(master, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet) as user:
            assert user.stdout is not None
            assert user.stdout.readline() == b"up\n"
            before = len(psutil.Process(user.pid).net_connections("unix"))
            Tunnel(address, 30).close()
            assert len(psutil.Process(user.pid).net_connections("unix")) == before
            user.communicate()


def test_a_connection_that_breaks_is_told_in_the_words_of_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sshd.sshd(tmp_path) as here:
        for name, value in here.environment.items():
            monkeypatch.setenv(name, value)
        clients = Clients()
        for child in psutil.Process(here.pid).children():
            child.kill()
        with pytest.raises(SshFailed, match="ssh said: "), clients.lent() as api:
            api.version()


def test_every_way_to_fail_is_one_message(tmp_path: Path) -> None:
    with sshd.sshd(tmp_path) as here:
        assert "Connection refused" in refused(here, DOCKER_HOST="ssh://127.0.0.1:1").stderr
        (tmp_path / "key.pub").rename(tmp_path / "away")
        assert "ssh-copy-id" in refused(here).stderr
        (tmp_path / "away").rename(tmp_path / "key.pub")
        here.known.write_text("", encoding="ascii")
        assert "does not know that host's key" in refused(here).stderr
        assert here.known.stat().st_size == 0


def test_a_host_without_an_engine_is_one_message(tmp_path: Path) -> None:
    with sshd.sshd(tmp_path) as here:
        done = refused(here, DOCKER_HOST=f"{here.environment['DOCKER_HOST']}/nonexistent/docker.sock")
        assert "no engine answers at /nonexistent/docker.sock there (ssh said: " in done.stderr


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ForceCommand exec /nonexistent/shell", "the shell there ended with status 127"),
        ("AllowStreamLocalForwarding no", "and its sshd to forward it"),
    ],
)
def test_an_sshd_that_leads_to_no_engine_is_one_message(tmp_path: Path, line: str, expected: str) -> None:
    with sshd.sshd(tmp_path, line) as here:
        assert expected in refused(here).stderr
