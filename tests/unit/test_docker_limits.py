"""How high a nofile a Docker Engine on this machine can give, and when nobody can tell."""

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from docker.errors import APIError

from scenarios.definition import catalog
from scenarios.definition.scenario import Service
from scenarios.engines.docker import limits, machines
from scenarios.engines.docker.probes import gateways

LIMITS = "Max open files            1024                 20000                files     \n"


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A /proc of this test's own."""
    real = Path
    monkeypatch.setattr(limits, "Path", lambda text: tmp_path / str(real(text)).lstrip("/"))
    monkeypatch.setattr(sys, "platform", "linux")
    (tmp_path / "proc/sys/fs").mkdir(parents=True)
    (tmp_path / "proc/sys/fs/nr_open").write_text("1048576\n", encoding="ascii")
    return tmp_path / "proc"


def running(monkeypatch: pytest.MonkeyPatch, **processes: int) -> None:
    """Which processes there are."""
    found = [SimpleNamespace(info={"name": name}, pid=pid) for name, pid in processes.items()]
    monkeypatch.setattr(psutil, "process_iter", lambda _: iter(found))


def process(proc: Path, pid: int, capabilities: int, users: str = "         0          0 4294967295\n") -> None:
    """What /proc says of one, by default in the initial user namespace."""
    (proc / str(pid)).mkdir()
    (proc / str(pid) / "uid_map").write_text(users, encoding="ascii")
    (proc / str(pid) / "status").write_text(f"Name:\tx\nCapEff:\t{capabilities:016x}\n", encoding="ascii")
    (proc / str(pid) / "limits").write_text(LIMITS, encoding="ascii")


def test_what_starts_containers_passes_its_own_hard_limit_on(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running(monkeypatch, dockerd=6, containerd=7)
    process(proc, 7, 0)
    found = limits.hard_nofile()
    assert found is not None
    assert found.value == 20000
    assert "containerd, process 7" in found.source


def test_what_may_raise_its_limit_goes_up_to_the_kernels(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running(monkeypatch, dockerd=6)
    process(proc, 6, 1 << limits.CAP_SYS_RESOURCE)
    found = limits.hard_nofile()
    assert found is not None
    assert (found.value, found.source) == (1048576, "the kernel's fs.nr_open")


def test_root_in_a_user_namespace_of_its_own_may_not_raise_its_limit(
    proc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running(monkeypatch, containerd=7)
    process(proc, 7, 1 << limits.CAP_SYS_RESOURCE, "0 1000 1\n1 100000 65536\n")
    found = limits.hard_nofile()
    assert found is not None
    assert found.value == 20000


@pytest.mark.usefixtures("proc")
def test_an_engine_whose_processes_cannot_be_seen_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    running(monkeypatch)
    assert limits.hard_nofile() is None
    running(monkeypatch, containerd=7)  # gone by the time it is looked at
    assert limits.hard_nofile() is None
    monkeypatch.setattr(sys, "platform", "darwin")
    assert limits.hard_nofile() is None


@pytest.mark.parametrize(
    ("version", "isolated"), [("20.10.24+dfsg1", False), ("27.5.1", False), ("28.0.0", True), ("master-dind", False)]
)
def test_the_host_has_no_address_in_a_runs_network_by_whatever_the_engine_knows(version: str, isolated: bool) -> None:
    options = machines.network_options(version)
    assert options["com.docker.network.bridge.inhibit_ipv4"] == "true"
    assert ("com.docker.network.bridge.gateway_mode_ipv4" in options) == isolated
    assert ("com.docker.network.bridge.gateway_mode_ipv6" in options) == isolated


def test_the_host_would_be_at_the_gateway_or_at_the_first_address() -> None:
    assert gateways({"IPAM": {"Config": [{"Subnet": "172.22.0.0/16", "Gateway": "172.22.0.9"}]}}) == ["172.22.0.9"]
    assert gateways({"IPAM": {"Config": [{"Subnet": "172.22.0.0/16"}]}}) == ["172.22.0.1"]
    assert gateways({"IPAM": {"Config": None}}) == []


NO_CPU_0 = "Requested CPUs are not available - requested 0-1, available: 2-3,6"


class Refusing:
    """An engine that may use the processors 2, 3 and 6."""

    _version = "1.41"

    def __init__(self) -> None:
        self.cpusets: list[str | None] = []

    def create_host_config(self, **options: Any) -> dict[str, Any]:
        return options

    def create_networking_config(self, networks: Any) -> Any:
        return networks

    def create_container(self, *, host_config: dict[str, Any], **_: Any) -> None:
        self.cpusets.append(host_config["cpuset_cpus"])
        if not set(self.cpusets[-1].split(",")) <= {"2", "3", "6"}:  # type: ignore[union-attr]
            raise APIError("refused", explanation=NO_CPU_0)


@pytest.mark.parametrize(
    ("asked", "expected"), [(1, ["0-0", "2"]), (2, ["0-1", "2,3"]), (3, ["0-2", "2,3,6"])], ids=str
)
def test_a_service_gets_the_first_processors_that_the_engine_may_use(asked: int, expected: list[str]) -> None:
    api = Refusing()
    machines.create(api, "name", using(asked), (), "image", "network", {}, 64)
    assert api.cpusets == expected


def test_more_processors_than_the_engine_may_use_stay_refused() -> None:
    with pytest.raises(APIError):
        machines.create(Refusing(), "name", using(4), (), "image", "network", {}, 64)


def using(processors: int) -> Service:
    """A service that is limited to so many."""
    server = catalog.load("epoll-500").services["server"]
    return replace(server, cpu_count=processors)
