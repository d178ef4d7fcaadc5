"""The clients of a Docker Engine: whether the engine is on this machine."""

import platform
import socket
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from docker.errors import APIError

from scenarios.engines import choose
from scenarios.engines.docker import client
from scenarios.engines.docker.client import Clients, not_protected
from scenarios.engines.docker.errors import translated
from scenarios.errors import EngineError, EngineUnavailable, LabError, LimitRefused, Unavailable


def on_this_host(address: str, kernel: str, name: str) -> bool:
    """What clients find of an engine at this address that says this of its host."""
    clients = Clients.__new__(Clients)
    clients.facts = {"KernelVersion": kernel}
    clients._idle = [SimpleNamespace(base_url=address, info=lambda: {"Name": name})]
    return clients.on_this_host


@pytest.mark.parametrize(
    ("address", "kernel", "name", "expected"),
    [
        ("http+docker://localhost", platform.release(), socket.gethostname(), True),
        ("http+docker://localhost", "6.6-linuxkit", socket.gethostname(), False),
        ("http+docker://localhost", platform.release(), "docker-desktop", False),
        ("http://10.0.0.7:2375", platform.release(), socket.gethostname(), False),
    ],
)
def test_an_engine_counts_as_local_only_with_this_machines_kernel_and_name(
    address: str, kernel: str, name: str, expected: bool
) -> None:
    assert on_this_host(address, kernel, name) is expected


@pytest.mark.parametrize(
    ("address", "verify", "expected"),
    [
        ("http+docker://localhost", True, None),
        ("http+docker://ssh", True, None),
        ("https://10.0.0.7:2376", "/home/somebody/ca.pem", None),
        ("https://10.0.0.7:2376", False, "DOCKER_TLS_VERIFY is not set"),
        ("http://10.0.0.7:2375", True, "without encryption"),
    ],
)
def test_only_a_way_on_which_nobody_can_listen_or_answer_instead_counts_as_protected(
    address: str, verify: bool | str, expected: str | None
) -> None:
    found = not_protected(SimpleNamespace(base_url=address, verify=verify))
    assert (found is None) is (expected is None)
    assert (expected or "") in (found or "")


def test_a_user_who_verifies_nothing_is_not_made_to_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).touch()
    monkeypatch.setenv("DOCKER_HOST", "tcp://10.0.0.7:2376")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    monkeypatch.delenv("DOCKER_TLS_VERIFY", raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "cert.pem"))
    api = client._new(1, "1.41")
    settings = api.merge_environment_settings(api.base_url, {}, None, None, None)
    assert isinstance(api, requests.Session)
    assert settings["verify"] is False


def test_certificates_that_are_not_there_are_told_by_what_must_be_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://10.0.0.7:2376")
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
    with pytest.raises(EngineUnavailable, match=r"TLS with .*tcp://10.0.0.7:2376 cannot begin.*ca.pem"):
        choose.connect()


def test_an_engine_that_refuses_over_tcp_is_told_to_be_started_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{port}")
    with pytest.raises(EngineUnavailable, match=r"refused.*start the engine there.*DOCKER_TLS_VERIFY=1"):
        choose.connect()


@pytest.mark.parametrize(
    ("status", "address", "told"),
    [(None, "foo://", r"Invalid bind address.*write unix://"), (404, "", r"404.*see whether `docker version`")],
)
def test_an_address_where_no_engine_is_gives_one_short_line(
    status: int | None, address: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def page() -> None:
            with listener.accept()[0] as peer:
                peer.recv(4096)
                body = b"<p>page</p>\n" * 10_000
                peer.sendall(b"HTTP/1.1 404 No\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

        if status:
            threading.Thread(target=page, daemon=True).start()
        monkeypatch.setenv("DOCKER_HOST", address or f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(EngineUnavailable, match=told) as error:
            choose.connect("docker")
    assert len(str(error.value)) < 800 and "\n" not in str(error.value)


def test_a_config_of_the_docker_cli_that_is_no_object_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text("[1]")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    with pytest.raises(EngineUnavailable, match=rf"{tmp_path}/config.json is damaged.*repair it"):
        choose.connect("docker")


@pytest.mark.parametrize(
    ("said", "kind", "told"),
    [
        (
            "OCI runtime create failed: error setting rlimit type 7: operation not permitted",
            LimitRefused,
            "lower nofile",
        ),
        (
            "error during container init: open /proc/sys/net/ipv4/tcp_x: no such file or directory: unknown",
            Unavailable,
            "the engine's kernel has no net.ipv4.tcp_x",
        ),
        ("could not find an available, non-overlapping IPv4 address pool among the defaults", EngineError, "inv down"),
        ("all predefined address pools have been fully subnetted", EngineError, "docker network ls"),
    ],
)
def test_a_refusal_of_the_engine_says_what_to_do(said: str, kind: type[LabError], told: str) -> None:
    with pytest.raises(kind, match=told), translated("starting server"):
        raise APIError("500", explanation=said)
