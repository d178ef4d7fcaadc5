"""./inv doctor: its findings about engines, disks and tools that are there, too small, or missing."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scenarios import places
from scenarios.commands import doctor
from scenarios.commands.doctor import GIB, Finding
from scenarios.engines import choose
from scenarios.engines.base import Engine, Information, Leftover, Limit
from scenarios.errors import EngineError, EngineUnavailable, UsageError
from scenarios.pipeline import leftovers
from tests.unit.scripted import ScriptedEngine

INFO: dict[str, Any] = {
    "Driver": "overlay2",
    "CgroupVersion": "2",
    "MemoryLimit": True,
    "SwapLimit": True,
    "PidsLimit": True,
    "DockerRootDir": "/var/lib/docker",
}


@pytest.fixture
def engine(runs: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedEngine:
    """The engine that answers, with nothing on it."""
    scripted = ScriptedEngine({})
    monkeypatch.setattr(choose, "connect", lambda name=None: scripted)
    monkeypatch.setattr(choose, "reachable", lambda name=None: [scripted])
    return scripted


def examined() -> dict[str, Finding]:
    """All findings by what was looked at."""
    findings = list(doctor.examine(None))
    named = {finding.what: finding for finding in findings}
    assert len(named) == len(findings)
    return named


def left(run: str, owner_lives: bool = False, kept: bool = False) -> Leftover:
    """A container of a run."""
    return Leftover("container", f"iolab-{run}-server", run, "server", kept, owner_lives)


def with_tools(monkeypatch: pytest.MonkeyPatch, *names: str, root: bool = False) -> None:
    """A machine that has these programs and no others."""
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name in names else None)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)


def test_a_machine_that_can_run_scenarios_is_told_so_with_status_0(
    engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor.report(None) == 0
    assert "scripted 1" in capsys.readouterr().out


def test_without_an_engine_the_status_is_3_and_the_message_says_how_to_get_one(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(name: str | None = None) -> Engine:
        raise EngineUnavailable("no container engine answers: install one")

    monkeypatch.setattr(choose, "connect", refuse)
    assert doctor.report("docker") == 3
    assert "install one" in capsys.readouterr().out
    # What only an engine can tell was not looked at, so nothing is said of it.
    assert "highest nofile" not in examined()


def test_an_engine_that_nobody_knows_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="there is no engine 'dokcer'"):
        list(doctor.examine("dokcer"))


def test_an_engine_without_isolation_can_run_scenarios_but_is_noted(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "not_isolated", "nothing is kept apart", raising=False)
    found = examined()["engine"]
    assert (found.status, "nothing is kept apart" in found.found) == ("note", True)


def test_a_hard_limit_below_a_scenarios_nofile_names_what_will_be_skipped(engine: ScriptedEngine) -> None:
    engine.limit = 8191
    found = examined()["highest nofile"]
    assert found.status == "note"
    assert found.found == "8191: the script"
    assert "windows-600" in found.advice
    assert "epoll-500" not in found.advice


def test_a_hard_limit_that_all_scenarios_fit_in_is_ok_with_its_source(engine: ScriptedEngine) -> None:
    found = examined()["highest nofile"]
    assert (found.status, found.found) == ("ok", "20000: the script")


def test_a_limit_that_the_engine_does_not_tell_is_not_called_ok(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown() -> Limit | None:
        return None

    monkeypatch.setattr(engine, "hard_nofile", unknown)
    assert examined()["highest nofile"].status == "note"


def test_a_catalog_file_that_is_wrong_is_named_with_its_line(
    engine: ScriptedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.yaml").write_text("summary: It is wrong.\nservises: {}\n", encoding="utf-8")
    monkeypatch.setattr(places, "CATALOG", tmp_path)
    found = examined()["catalog"]
    assert found.status == "note"
    assert "mine.yaml:2" in found.found


def test_leftovers_of_killed_runs_kept_runs_and_runs_under_way_are_told_apart(engine: ScriptedEngine) -> None:
    engine.things = [left("dead"), left("kept", kept=True), left("alive", owner_lives=True)]
    found = examined()
    assert found["leftovers (scripted)"].status == "note"
    assert "iolab-dead-server" in found["leftovers (scripted)"].found
    assert "./inv down" in found["leftovers (scripted)"].advice
    assert found["kept runs"].found == "kept"
    assert found["runs under way"].found == "alive"


def test_without_leftovers_nothing_is_said_of_kept_runs(engine: ScriptedEngine) -> None:
    found = examined()
    assert found["leftovers (scripted)"].status == "ok"
    assert not {"kept runs", "runs under way"} & found.keys()


def test_an_engine_that_stops_answering_is_bad_and_the_rest_is_still_looked_at(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> list[Leftover]:
        raise EngineError("listing what is there: no")

    monkeypatch.setattr(engine, "leftovers", refuse)
    found = examined()
    assert (found["leftovers (scripted)"].status, found["leftovers (scripted)"].advice) == (
        "bad", "listing what is there: no",
    )  # fmt: skip
    assert "memory" in found


def test_every_limit_that_the_engine_does_not_enforce_is_named() -> None:
    assert doctor._cgroup(INFO).status == "ok"
    found = doctor._cgroup({**INFO, "MemoryLimit": False, "SwapLimit": False})
    assert (found.status, found.found) == ("note", "version 2, does not enforce limits of memory, swap")


def test_limits_that_the_engine_does_not_speak_of_are_not_called_enforced() -> None:
    assert doctor._cgroup({}).status == "note"


@pytest.mark.parametrize(
    ("pools", "bridges", "status", "room"),
    [
        (None, 1, "ok", "31"),
        (None, 27, "note", "31"),
        ([{"Base": "10.0.0.0/16", "Size": 24}], 200, "ok", "256"),
        ([{"Base": "10.0.0.0/22", "Size": 24}], 1, "note", "4"),
    ],
)
def test_address_pools_that_are_nearly_used_up_are_noted(pools: Any, bridges: int, status: str, room: str) -> None:
    found = doctor._pools({"DefaultAddressPools": pools}, bridges)
    assert found.status == status
    assert found.found.startswith(f"{bridges} of about {room} ")


def test_the_disk_of_an_engine_elsewhere_is_not_looked_at_and_not_called_ok(tmp_path: Path) -> None:
    info = {**INFO, "DockerRootDir": str(tmp_path)}
    assert doctor._engine_space(info, here=True).found.endswith(str(tmp_path))
    found = doctor._engine_space(info, here=False)
    assert (found.status, found.found.startswith("unknown")) == ("note", True)


@pytest.mark.parametrize(("free", "status"), [(doctor.SPACE_FOR_IMAGES, "ok"), (doctor.SPACE_FOR_IMAGES - 1, "note")])
def test_too_little_space_is_noted(free: int, status: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(GIB, 0, free))
    assert doctor._space("space", tmp_path).status == status


def test_a_disk_that_cannot_be_read_is_not_called_ok(tmp_path: Path) -> None:
    found = doctor._space("space", tmp_path / "gone")
    assert (found.status, found.found.startswith("unknown")) == ("note", True)


@pytest.mark.parametrize(
    ("tools", "root", "status", "said"),
    [
        (["mmdebstrap"], False, "ok", "/usr/bin/mmdebstrap"),
        (["apt-get"], True, "note", "the build installs mmdebstrap"),
        (["apt-get"], False, "note", "apt install mmdebstrap"),
        ([], True, "note", "docker pull debian:bookworm-slim"),
    ],
)
def test_what_makes_the_base_image_is_found_before_a_build_needs_it(
    tools: list[str], root: bool, status: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_tools(monkeypatch, *tools, root=root)
    found = doctor._source_of_base()
    assert found.status == status
    assert said in found.found + found.advice


def test_missing_tools_are_noted_with_what_needs_them(engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError

    with_tools(monkeypatch)
    monkeypatch.setattr(subprocess, "run", missing)
    found = examined()
    assert (found["docker command"].status, found["Compose"].status) == ("note", "note")
    assert "shell" in found["docker command"].advice
    assert "compose.yaml" in found["Compose"].advice
    assert not any(finding.status == "bad" for finding in found.values())


def answering(status: int, stdout: str) -> Callable[..., Any]:
    """A subprocess.run whose program answers this."""
    return lambda command, **_: subprocess.CompletedProcess(command, status, stdout, "")


def test_composes_plugin_counts_as_compose(monkeypatch: pytest.MonkeyPatch) -> None:
    with_tools(monkeypatch, "docker")
    monkeypatch.setattr(subprocess, "run", answering(0, "2.29.1\n"))
    found = doctor._compose()
    assert (found.status, found.found) == ("ok", "docker compose 2.29.1")
    monkeypatch.setattr(subprocess, "run", answering(1, "Usage: docker ...\n"))
    assert doctor._compose().status == "note"


def test_ports_are_counted_with_both_ends() -> None:
    assert "at most 28232 clients" in doctor._ports("32768\t60999\n").found


@pytest.mark.engine
def test_a_docker_engine_tells_its_driver_its_cgroup_its_networks_and_its_images() -> None:
    found = {finding.what: finding for finding in doctor.examine("docker")}
    assert {"storage", "cgroup", "networks", "space for images"} < found.keys()
    assert {f"image iolab/{name}" for name in ("base", "linux", "windows")} < found.keys()


def test_a_way_that_is_not_protected_is_worth_a_note(engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in (None, "without encryption"):
        told = Information(INFO, 1, "tcp://10.0.0.7:2375", here=False, not_protected=wrong)
        monkeypatch.setattr(ScriptedEngine, "information", lambda _, told=told: told)
        found = examined()
        assert "on another machine, tcp://10.0.0.7:2375" in found["storage"].found
        assert ("connection" in found) is (wrong is not None)
    assert "ssh://" in found["connection"].advice


def test_what_an_engine_refused_to_remove_is_told_with_what_to_do_and_is_no_leftover(engine: ScriptedEngine) -> None:
    engine.things = [left("stays", kept=True), left("dead")]
    engine.refused = {"iolab-stays-server": "only a restart of the Docker daemon mends that"}
    leftovers.down(engine)
    found = examined()
    assert found["leftovers (scripted)"].status == "ok"
    assert "kept runs" not in found
    told = found["not removed (scripted)"]
    assert (told.status, told.found) == ("note", "iolab-stays-server")
    assert told.advice == "only a restart of the Docker daemon mends that"
