"""Tests that ask for `engine` run on both engines, from the same functions; IOLAB_ENGINE leaves one of them."""

import os

import pytest

from scenarios.engines import choose

ENGINES = [pytest.param("docker", marks=pytest.mark.engine), "local"]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The engine's name; every ./inv that the test starts uses it."""
    name = str(request.param)
    chosen = os.environ.get(choose.VARIABLE) or choose.AUTO
    if chosen not in (choose.AUTO, name):
        pytest.skip(f"{choose.VARIABLE} is {chosen}")
    monkeypatch.setenv(choose.VARIABLE, name)
    return name
