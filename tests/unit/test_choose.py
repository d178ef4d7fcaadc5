"""Which engine is chosen: only where there is no Docker at all do programs run without one."""

import json
import os
import socket
import stat
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import docker
import pytest
from docker.transport import unixconn

from scenarios.commands import images
from scenarios.engines import choose
from scenarios.engines.docker import client as clients
from scenarios.errors import EngineAbsent, EngineUnavailable, UsageError

NOBODY = 65534


def as_nobody(ask: Callable[[], str]) -> str:
    """What another user is told: by a child of this process, since that user may not read this checkout."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            said = ask()
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as answer:
        return answer.read()


@pytest.fixture(autouse=True)
def nobody_named_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No engine is named, by any of the ways there are."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", choose.VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the SDK looks for an engine that nobody named."""
    path = tmp_path / "engine.sock"
    ordinary = unixconn.UnixHTTPAdapter.__init__

    def elsewhere(self: unixconn.UnixHTTPAdapter, _: str, *rest: object, **options: object) -> None:
        ordinary(self, f"http+unix://{path}", *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(unixconn.UnixHTTPAdapter, "__init__", elsewhere)
    return path


@pytest.fixture
def silent(path: Path) -> Iterator[Path]:
    """An engine that takes connections and never answers."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        yield path


def test_where_there_is_no_socket_the_local_engine_runs_it(path: Path) -> None:
    assert not path.exists()
    assert choose.connect().name == "local"
    with pytest.raises(EngineAbsent, match="install one"):
        choose.connect("docker")


def test_where_nobody_listens_at_the_socket_the_local_engine_runs_it(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    assert choose.connect().name == "local"


def test_an_engine_that_is_silent_is_an_error(silent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "AUTO_WITHIN", 0.3)
    assert silent.exists()
    with pytest.raises(EngineUnavailable, match=r"did not answer within 0.3 s.*--engine local") as caught:
        choose.connect()
    assert not isinstance(caught.value, EngineAbsent)


def test_an_engine_that_refuses_this_user_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: unixconn.UnixHTTPConnection) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(unixconn.UnixHTTPConnection, "connect", refused)
    with pytest.raises(EngineUnavailable, match=r"refuses this user.*group docker.*--engine local") as caught:
        choose.connect()
    assert not isinstance(caught.value, EngineAbsent)


def test_an_engine_that_was_named_and_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/engine.sock")
    with pytest.raises(EngineUnavailable, match=r"DOCKER_HOST=unix:///nonexistent/engine.sock") as caught:
        choose.connect()
    assert not isinstance(caught.value, EngineAbsent)


def test_an_engine_that_answers_nonsense_is_an_error(silent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker, "from_env", lambda **_: (_ for _ in ()).throw(ValueError("no JSON")))
    with pytest.raises(EngineUnavailable, match=r"does not answer as it should .no JSON."):
        choose.connect()


def test_what_could_not_be_asked_is_told_from_what_is_not_there(silent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "AUTO_WITHIN", 0.3)
    engines, refusals = choose.asked()
    assert [engine.name for engine in engines] == ["local"]
    assert ["did not answer" in str(one) for one in refusals] == [True]
    silent.unlink()
    assert choose.asked()[1] == []
    assert [engine.name for engine in choose.reachable()] == ["local"]


def test_a_context_of_the_docker_cli_names_an_engine(tmp_path: Path) -> None:
    assert clients.named_by() is None
    (tmp_path / "config.json").write_text('{"currentContext": "elsewhere"}', encoding="utf-8")
    assert clients.named_by() is not None


def test_a_context_that_is_not_there_is_an_error_and_no_other_engine_is_taken(
    silent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "elsewhere")
    with pytest.raises(EngineUnavailable, match=r"no context 'elsewhere' beside.*DOCKER_HOST") as caught:
        choose.connect()
    assert not isinstance(caught.value, EngineAbsent)


def test_a_context_over_ssh_is_asked_as_docker_host_would_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text('{"currentContext": "elsewhere"}', encoding="utf-8")
    folder = tmp_path / "contexts" / "meta" / sha256(b"elsewhere").hexdigest()
    folder.mkdir(parents=True)
    meta = {"Name": "elsewhere", "Metadata": {}, "Endpoints": {"docker": {"Host": "ssh://somebody@elsewhere"}}}
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    assert clients.address() == "ssh://somebody@elsewhere"
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailable, match=r"context 'elsewhere' cannot be asked: ssh cannot be started"):
        choose.connect()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_real_user_whom_the_socket_refuses_runs_nothing_without_isolation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "only-root"
    folder.mkdir(mode=0o755)
    for parent in (folder, *folder.parents):
        if not parent.stat().st_mode & stat.S_IXOTH:
            parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
    place = folder / "engine.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        listener.listen()
        place.chmod(0o600)
        monkeypatch.setenv("DOCKER_HOST", f"unix://{place}")
        said = as_nobody(lambda: choose.connect().name)
    assert said.startswith("EngineUnavailable")
    assert "refuses this user" in said


def test_an_empty_name_is_no_engine() -> None:
    with pytest.raises(UsageError, match="no engine ''"):
        choose.wanted("")


def test_a_wrong_name_in_the_environment_is_told_by_commands_that_ask_every_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(choose.VARIABLE, "nonsense")
    for ask in (choose.asked, choose.reachable, images.store):
        with pytest.raises(UsageError, match="no engine 'nonsense'"):
            ask()
