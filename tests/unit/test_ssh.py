"""What is made of an engine's address over ssh, and of an ssh that ends before the engine answered."""

import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from scenarios.engines import choose
from scenarios.engines.docker.ssh import ENGINE_SOCKET, SshFailed, Tunnel, parsed, remove_dead
from scenarios.errors import EngineAbsent, EngineUnavailable


@pytest.fixture
def ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int, str], None]:
    """Puts an ssh first that says this and ends so."""
    monkeypatch.setenv("DOCKER_HOST", "ssh://somebody@elsewhere:2222")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def make(status: int, said: str) -> None:
        stand_in = tmp_path / "ssh"
        stand_in.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit {status}\n", encoding="utf-8")
        stand_in.chmod(0o755)

    return make


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ssh://Elsewhere", ["ssh", "--", "Elsewhere"]),
        ("ssh://[fe80::1]", ["ssh", "--", "fe80::1"]),
        ("ssh://somebody@elsewhere:2222", ["ssh", "-l", "somebody", "-p", "2222", "--", "elsewhere"]),
        ("ssh://somebody@[::1]:22/", ["ssh", "-l", "somebody", "-p", "22", "--", "::1"]),
        ("ssh://-oProxyCommand=id", ["ssh", "--", "-oProxyCommand=id"]),
    ],
)
def test_what_an_address_leaves_out_is_left_to_the_configuration_of_ssh(address: str, expected: list[str]) -> None:
    assert parsed(address) == (expected, ENGINE_SOCKET)


def test_an_address_may_name_the_engines_socket() -> None:
    assert parsed("ssh://b/run/user/1000/docker.sock") == (["ssh", "--", "b"], "/run/user/1000/docker.sock")


@pytest.mark.parametrize("address", ["ssh://", "ssh://a:secret@b", "ssh://b#x", "ssh://b:99999", "ssh://b?c"])
def test_an_address_of_another_form_is_refused_with_the_form(address: str) -> None:
    with pytest.raises(SshFailed, match=r"ssh://\[user@\]host\[:port\]"):
        parsed(address)


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (
            255,
            "ssh: connect to host elsewhere port 2222: Connection refused",
            "port 2222: Connection refused: see whet",
        ),
        (255, "Host key verification failed.", "does not know that host"),
        (255, "somebody@elsewhere: Permission denied (publickey).", "ssh-add"),
        (127, "bash: cat: command not found", "the shell there ended with status 127 (it said: bash: cat: "),
    ],
)
def test_why_ssh_ended_is_one_message_that_says_what_to_do(
    ends: Callable[[int, str], None], status: int, said: str, expected: str
) -> None:
    ends(status, said)
    for _ in range(2):
        with pytest.raises(EngineUnavailable) as caught:
            choose.connect()
        assert not isinstance(caught.value, EngineAbsent)
        assert expected in str(caught.value)
        assert "DOCKER_HOST=ssh://somebody@elsewhere:2222" in str(caught.value)


def test_a_machine_without_ssh_is_told_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://elsewhere")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailable, match="apt install openssh-client"):
        choose.connect()


def test_a_failed_login_leaves_no_folder_and_no_descriptor(
    ends: Callable[[int, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folders").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "folders"))
    ends(255, "Connection closed")
    before = psutil.Process().num_fds()
    for _ in range(20):
        with pytest.raises(EngineUnavailable):
            choose.connect()
    assert psutil.Process().num_fds() <= before
    assert list((tmp_path / "folders").iterdir()) == []


def test_an_ssh_that_is_silent_is_given_up_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = tmp_path / "ssh"
    stand_in.write_text("#!/bin/sh\nexec cat\n", encoding="utf-8")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(TimeoutError):
        Tunnel("ssh://elsewhere", 0.1)


def test_the_sockets_of_killed_commands_are_removed_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead, alive = tmp_path / "iolab-dead", tmp_path / "iolab-alive"
    with socket.socket(socket.AF_UNIX) as listener:
        for folder in (dead, alive):
            folder.mkdir()
        with socket.socket(socket.AF_UNIX) as ended:
            ended.bind(str(dead / "docker.sock"))
        listener.bind(str(alive / "docker.sock"))
        listener.listen()
        remove_dead()
        assert (dead.exists(), (alive / "docker.sock").exists()) == (False, True)
