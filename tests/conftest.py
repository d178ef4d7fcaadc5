"""What all tests share: those that need a container engine fail without one where it is required, and are skipped
elsewhere.
"""

import functools
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from scenarios import rundirs

# Examples are not timed: a machine that builds images meanwhile is slow, and that is no failure.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")

REQUIRE = "IOLAB_REQUIRE_ENGINE"
MISSING = pytest.StashKey[int]()


@functools.cache
def why_no_engine() -> str | None:
    """None when a Docker Engine answers, else what it said."""
    from scenarios.engines.docker import DockerEngine
    from scenarios.errors import EngineUnavailable

    try:
        DockerEngine()
    except EngineUnavailable as error:
        return str(error)
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips or fails a test of a missing engine."""
    if item.get_closest_marker("engine") is None or why_no_engine() is None:
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
    from scenarios import checks
    from scenarios.record import Check

    monkeypatch.setattr(checks, "run_checks", lambda *_: (Check(name="it holds", result="passed"),))


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Run directories of this test's own."""
    monkeypatch.setattr(rundirs, "RUNS", tmp_path)
    monkeypatch.setattr(rundirs, "ACTIVE", tmp_path / ".active")
    yield tmp_path
