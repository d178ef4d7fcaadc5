"""What is made of an engine's address over ssh, and of an ssh that ends before the engine answered."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios.engines import choose
from scenarios.engines.docker import ssh
from scenarios.engines.docker.ssh import SshFailed, command
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
    assert command(address) == expected


@pytest.mark.parametrize("address", ["ssh://", "ssh://a:secret@b", "ssh://b/var/run", "ssh://b:99999", "ssh://b?c"])
def test_an_address_of_another_form_is_refused_with_the_form(address: str) -> None:
    with pytest.raises(SshFailed, match=r"ssh://\[user@\]host\[:port\]"):
        command(address)


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
        (127, "bash: docker: command not found", "no docker command"),
        (1, "dial unix /var/run/docker.sock: Permission denied", "logged in, but no engine answers"),
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


def test_every_failed_login_lets_the_next_one_in(
    ends: Callable[[int, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ends(255, "Connection closed")
    for _ in range(20):
        with pytest.raises(EngineUnavailable):
            choose.connect()
    assert ssh.LOGINS.acquire(blocking=False)
    ssh.LOGINS.release()
