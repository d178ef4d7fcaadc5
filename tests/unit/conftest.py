"""What the fast tests share: they name the engine that they mean, so the user's own choice must not change it."""

import pytest

from scenarios.engines import choose


@pytest.fixture(autouse=True)
def no_engine_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without IOLAB_ENGINE: with it, tests of the Docker engine's messages failed where the user chose `local`."""
    monkeypatch.delenv(choose.VARIABLE, raising=False)
