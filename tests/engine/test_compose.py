"""compose.yaml with Docker Compose itself, which runs the same programs without the lab."""

import functools
import json
import os
import shutil
import subprocess
from collections.abc import Sequence

import pytest

from scenarios import places
from scenarios.definition import catalog
from scenarios.results.events import events_in
from tests.conftest import REQUIRE
from tests.engine.inv import inv

pytestmark = pytest.mark.engine
PROJECT = f"iolab-test-{os.getpid()}"


@functools.cache
def compose_command() -> list[str]:
    """The command of the Compose that is installed: Compose 1, or else Compose 2."""
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    second = ["docker", "compose"]
    if shutil.which("docker") and not subprocess.run([*second, "version"], capture_output=True, check=False).returncode:
        return second
    if os.environ.get(REQUIRE):
        pytest.fail(f"{REQUIRE} is set, and there is neither docker-compose nor docker compose")
    pytest.skip("there is neither docker-compose nor docker compose")


def compose(*arguments: str, profiles: Sequence[str] = ("epoll-500",)) -> subprocess.CompletedProcess[str]:
    """Runs Compose on the checkout's file, in a project of this test's own."""
    command = [*compose_command(), "-f", str(places.ROOT / "compose.yaml"), "-p", PROJECT]
    for profile in profiles:
        command += ["--profile", profile]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False, timeout=120)


def test_compose_takes_the_file_with_every_profile() -> None:
    done = compose("config", profiles=catalog.names())
    assert done.returncode == 0, done.stderr
    assert [name for name in catalog.names() if f"{name}-" not in done.stdout] == []


def test_compose_serves_all_clients_of_epoll_500() -> None:
    assert inv("images.build", "--image", "linux").status == 0
    try:
        up = compose("up", "--no-color", "--abort-on-container-exit")
        # Compose puts the service's name and a bar before each line.
        said = "\n".join(line.partition("| ")[2] for line in up.stdout.splitlines())
        finished = [event for event in events_in(said) if event["event"] == "finished"]
    finally:
        down = compose("down", "--timeout", "1")
    assert up.returncode == 0, up.stdout + up.stderr
    assert [event["served"] for event in finished] == [catalog.load("epoll-500").number("clients")], json.dumps(
        finished
    )
    assert down.returncode == 0
