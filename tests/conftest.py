"""What all tests share: run directories of their own, and what becomes of those that need a container engine.

Without one they fail where it is required, and are skipped elsewhere.
"""

import functools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# Before anything of the lab is imported: the tests' runs, and those of every ./inv that they start, are not the user's.
# Processes that test side by side share one directory, since each looks for what any of them left behind.
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["IOLAB_RUNS"] = tempfile.mkdtemp(prefix="iolab-test-runs-")

# Examples are not timed: a machine that builds images meanwhile is slow, and that is no failure. New ones are searched
# for where somebody works who can look into what they find; what CI finds must be there again.
hypothesis.settings.register_profile(
    "untimed",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
hypothesis.settings.load_profile("untimed")

REQUIRE = "IOLAB_REQUIRE_ENGINE"
MISSING = pytest.StashKey[int]()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Removes the runs of tests that passed; those of others may tell why they did not."""
    if exitstatus == 0 and "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["IOLAB_RUNS"], ignore_errors=True)


@functools.cache
def why_no_engine() -> str | None:
    """None when a Docker Engine answers, else what it said."""
    from scenarios.engines.docker.engine import DockerEngine
    from scenarios.errors import EngineUnavailable

    try:
        DockerEngine()
    except EngineUnavailable as error:
        return str(error)
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips or fails a test of a missing engine, and skips one of an engine that the user did not choose."""
    if item.get_closest_marker("engine") is None:
        return
    if os.environ.get("IOLAB_ENGINE") == "local" and not os.environ.get(REQUIRE):
        pytest.skip("IOLAB_ENGINE is local")
    if why_no_engine() is None:
        return
    if os.environ.get(REQUIRE):
        pytest.fail(f"{REQUIRE} is set, and {why_no_engine()}")
    item.config.stash[MISSING] = item.config.stash.get(MISSING, 0) + 1
    pytest.skip("no container engine answers")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Counts in one line what could not be run."""
    missing = config.stash.get(MISSING, 0)
    if missing:
        terminalreporter.write_line(f"{missing} tests need a container engine and were skipped: {why_no_engine()}")


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks that always hold, for what is not about them; the real ones take pytest's own start each time."""
    from scenarios.judging import checks
    from scenarios.results.record import Check

    monkeypatch.setattr(checks, "run_checks", lambda *_: (Check(name="it holds", result="passed"),))


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Run directories of this test's own."""
    from scenarios.results import run_directories

    monkeypatch.setattr(run_directories, "RUNS", tmp_path)
    monkeypatch.setattr(run_directories, "ACTIVE", tmp_path / ".active")
    yield tmp_path
