"""The clients of a Docker Engine: whether the engine is on this machine."""

import platform
import socket
from types import SimpleNamespace

import pytest

from scenarios.engines.docker.client import Clients


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
