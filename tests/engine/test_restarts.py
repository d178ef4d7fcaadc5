"""An engine that is killed in the middle of a run and comes back: the lab says that it could not tell, never `fail`."""

import json
import random
import secrets
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.definition import catalog
from scenarios.engines.docker.engine import DockerEngine
from scenarios.pipeline.preflight import prepare
from scenarios.report.terminal import TerminalAudience
from tests.engine.inv import inv, start
from tests.engine.second import SecondEngine, second_engine, why_none

pytestmark = pytest.mark.engine
RESTARTS = 4
# From the first container until the checks, about, in seconds.
MIDDLE = 2.5
COMMANDS = 3


@pytest.fixture(scope="module")
def other() -> Iterator[SecondEngine]:
    """A second engine that has the image."""
    if reason := why_none():
        pytest.skip(reason)
    services = catalog.load("epoll-500").services.values()
    image = prepare(catalog.load("epoll-500"), DockerEngine(), TerminalAudience(quiet=True))
    with second_engine(Path("/tmp") / f"iolab-{secrets.token_hex(3)}") as engine:
        names = DockerEngine().api.inspect_image(image[next(iter(services)).image])["RepoTags"]
        with subprocess.Popen(["docker", "save", *names], stdout=subprocess.PIPE) as saved:
            subprocess.run(["docker", "--host", engine.address, "load", "--quiet"], stdin=saved.stdout, check=True)
        assert saved.returncode == 0
        yield engine


def test_a_run_whose_engine_is_killed_and_comes_back_passes_or_is_an_error(other: SecondEngine) -> None:
    assert inv("scenario", "epoll-500", "--clients", "20", DOCKER_HOST=other.address).status == 0
    for _ in range(RESTARTS):
        run = start("scenario", "epoll-500", "--clients", "20", "--json", "--timeout", "30", DOCKER_HOST=other.address)
        while run.poll() is None and not held_by(other):
            pass
        moment = random.uniform(0, MIDDLE)
        time.sleep(moment)
        other.kill()
        other.start()
        stdout, stderr = run.communicate(timeout=120)
        record = json.loads(stdout)
        told = (moment, record["verdict"], record["problem"], stderr)
        assert (run.returncode, record["verdict"]) in ((0, "pass"), (3, "error")), told
        if record["run"] is not None:
            assert (Path(record["run"]) / "evidence.json").exists(), told
        other.wait()
        assert is_swept(other), told


def is_swept(other: SecondEngine) -> bool:
    """Whether the next commands leave nothing of the run: an engine that has just come back may refuse the first."""
    return any(inv("runs", DOCKER_HOST=other.address).status == 0 and not held_by(other) for _ in range(COMMANDS))


def held_by(other: SecondEngine) -> list[str]:
    """The names of what the second engine holds of the lab's."""
    listed = subprocess.run(
        ["docker", "--host", other.address, "ps", "--all", "--quiet", "--filter", "label=iolab.project"],
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout.split()
