"""Tests that ask for `engine` run on both engines, from the same functions."""

import pytest


@pytest.fixture(params=[pytest.param("docker", marks=pytest.mark.engine), "local"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The engine's name; every ./inv that the test starts uses it."""
    name = str(request.param)
    monkeypatch.setenv("IOLAB_ENGINE", name)
    return name
