"""What is removed from a Docker Engine, and in which order, on an engine that is a list of what was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
from docker.errors import APIError

from scenarios.engines.base import Leftover
from scenarios.engines.docker import belongings
from scenarios.engines.docker.client import Clients
from scenarios.errors import EngineError

SOON = 10.0  # seconds in which something must happen that does if it can


def refused(status: int) -> APIError:
    """What the SDK raises for an answer of that status."""
    response = requests.Response()
    response.status_code = status
    return APIError("refused", response=response)


class Engine:
    """One network with two containers in it; `stuck` are those that cannot be taken out of it."""

    def __init__(self, *stuck: str) -> None:
        self.inside, self.stuck = {"server", "client"}, set(stuck)
        self.there = {"server", "client", "network"}
        self.network_gone = threading.Event()
        self.waits_for_network = False

    def disconnect_container_from_network(self, container: str, network: str, force: bool) -> None:
        assert (network, force) == ("network", True)
        if container in self.stuck:
            raise refused(500)
        self.inside.discard(container)

    def remove_container(self, name: str, force: bool, v: bool) -> None:
        assert force and v
        if self.waits_for_network and not self.network_gone.wait(SOON):
            raise refused(500)
        self.inside.discard(name)
        self.there.discard(name)

    def remove_network(self, name: str) -> None:
        if self.inside:
            raise refused(403)
        self.there.remove(name)
        self.network_gone.set()

    @contextmanager
    def lent(self) -> Iterator[Any]:
        yield self


def remove_all(engine: Engine) -> None:
    """Everything that a run has."""
    things = [
        *(Leftover("container", name, "run", name, kept=False, owner_lives=True) for name in ("server", "client")),
        Leftover("network", "network", "run", "", kept=False, owner_lives=True),
    ]
    belongings.remove(cast("Clients", SimpleNamespace(lent=engine.lent)), things)


def test_a_network_goes_while_its_containers_still_do() -> None:
    engine = Engine()
    engine.waits_for_network = True
    remove_all(engine)
    assert engine.there == set()


@pytest.mark.parametrize("stuck", [("server",), ("server", "client")])
def test_a_network_that_a_container_could_not_leave_goes_after_it(stuck: tuple[str, ...]) -> None:
    engine = Engine(*stuck)
    remove_all(engine)
    assert engine.there == set()


def test_a_network_in_which_somebody_else_stays_is_an_error_and_its_containers_are_gone() -> None:
    engine = Engine()
    engine.inside.add("a user's own container")
    with pytest.raises(EngineError, match="removing network network"):
        remove_all(engine)
    assert engine.there == {"network"}
