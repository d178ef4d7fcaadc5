"""What is removed from a Docker Engine, and in which order, on an engine that is a list of what was asked."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
from docker.errors import APIError, NotFound

from scenarios.engines.base import NotRemoved
from scenarios.engines.docker import resources
from scenarios.engines.docker.client import Clients
from scenarios.engines.docker.session import DockerSession
from scenarios.errors import EngineError, EngineGone, Interrupted
from tests.unit.scripted import epoll

SOON = 10.0  # seconds in which something must happen that does if it can
A_WHILE = 0.3  # seconds that something takes which must be waited for
RUN = "feed01"
SERVER, CLIENT, NETWORK = f"iolab-{RUN}-server", f"iolab-{RUN}-client", f"iolab-{RUN}"


def refused(status: int, said: str = "refused") -> APIError:
    """What the SDK raises for an answer of that status."""
    response = requests.Response()
    response.status_code = status
    return (NotFound if status == 404 else APIError)("refused", response=response, explanation=said)


class Engine:
    """One network with two containers in it, which notes what it is asked for; `facts` is what it says of itself."""

    facts: dict[str, Any] = {"Version": "20.10.24"}  # noqa: RUF012 - never changed
    on_this_host = False

    def __init__(self) -> None:
        self.inside = {SERVER: SERVER, CLIENT: CLIENT}
        self.containers_there = {SERVER, CLIENT}
        self.networks_there = {NETWORK}
        self.asked: list[str] = []
        self.labels: dict[str, str] = {"iolab.run": RUN}

    @contextmanager
    def lent(self) -> Iterator[Any]:
        yield self

    def remove_container(self, name: str, force: bool, v: bool) -> None:
        assert force and v
        self.asked.append(f"remove {name}")
        if name not in self.containers_there:
            raise refused(404)
        self.go(name)

    def go(self, name: str) -> None:
        """The container is gone, and its endpoint with it."""
        self.inside.pop(name, None)
        self.containers_there.discard(name)

    def wait(self, name: str, timeout: float, condition: str) -> dict[str, Any]:
        assert (timeout, condition) == (resources.GONE_WITHIN, "removed")
        if name not in self.containers_there:
            raise refused(404)
        raise AssertionError(f"{name} would be waited for in vain")

    def remove_network(self, name: str) -> None:
        self.asked.append(f"remove {name}")
        if name not in self.networks_there:
            raise refused(404)
        if self.inside:
            raise refused(403, f"error while removing network: network {name} id 0a1b has active endpoints")
        self.networks_there.discard(name)

    def inspect_network(self, name: str) -> dict[str, Any]:
        if name not in self.networks_there:
            raise refused(404)
        return {"Containers": {key: {"Name": value} for key, value in self.inside.items()}}

    def containers(self, filters: dict[str, Any], **every: bool) -> list[dict[str, Any]]:
        assert every == {"all": True}
        named = [name for name in self.containers_there if filters.get("name", f"^/{name}$") == f"^/{name}$"]
        return [{"Names": [f"/{name}"], "Labels": self.labels} for name in sorted(named)]

    def networks(self, filters: dict[str, Any]) -> list[dict[str, Any]]:
        assert filters == {"label": resources.OURS}
        return [{"Name": name, "Labels": self.labels} for name in sorted(self.networks_there)]


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """No time passes between attempts; the pauses that were made."""
    made: list[float] = []
    monkeypatch.setattr(resources, "time", SimpleNamespace(sleep=made.append))
    return made


def clients(engine: Engine) -> Clients:
    return cast("Clients", engine)


def remove_all(engine: Engine, patient: bool = True) -> list[NotRemoved]:
    """Everything that a run has."""
    return resources.remove(clients(engine), resources.list_leftovers(clients(engine)), patient)


def reasons(refusals: Sequence[NotRemoved]) -> dict[str, str]:
    return {one.thing.name: one.reason for one in refusals}


class Slow(Engine):
    """Takes a while for each container, and notes how many leave at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.leaving, self.most = set[str](), 0

    def remove_container(self, name: str, force: bool, v: bool) -> None:
        self.leaving.add(name)
        self.most = max(self.most, len(self.leaving))
        time.sleep(A_WHILE)
        self.leaving.discard(name)
        super().remove_container(name, force, v)


def test_containers_leave_their_network_one_after_the_other_and_it_is_removed_last() -> None:
    engine = Slow()
    assert remove_all(engine) == []
    assert engine.most == 1
    assert engine.asked == [f"remove {CLIENT}", f"remove {SERVER}", f"remove {NETWORK}"]
    assert not (engine.containers_there or engine.networks_there)


def test_those_of_several_runs_are_removed_side_by_side() -> None:
    engine = Slow()
    found = resources.list_leftovers(clients(engine))
    things = [replace(thing, run=thing.name) for thing in found if thing.kind == "container"]
    assert resources.remove(clients(engine), things) == []
    assert engine.most == 2


class RemovedByAnother(Engine):
    """Another process removes the server: it takes a while, and `ends` with what the engine says of it."""

    def __init__(self, ends: Callable[[], dict[str, Any]]) -> None:
        super().__init__()
        self.ends = ends

    def remove_container(self, name: str, force: bool, v: bool) -> None:
        if name == SERVER:
            raise refused(409, f"removal of container {name} is already in progress")
        super().remove_container(name, force, v)

    def wait(self, name: str, timeout: float, condition: str) -> dict[str, Any]:
        if name != SERVER:
            return super().wait(name, timeout, condition)
        time.sleep(A_WHILE)
        return self.ends()


def test_a_container_that_another_process_removes_is_waited_for() -> None:
    def gone() -> dict[str, Any]:
        engine.go(SERVER)
        return {"StatusCode": 0, "Error": None}

    engine = RemovedByAnother(gone)
    assert remove_all(engine) == []
    assert engine.asked == [f"remove {CLIENT}", f"remove {NETWORK}"]
    assert not (engine.containers_there or engine.networks_there)


def test_a_removal_that_fails_in_another_process_is_no_endless_wait_and_the_reason_is_told() -> None:
    engine = RemovedByAnother(lambda: {"StatusCode": -1, "Error": {"Message": "device or resource busy"}})
    told = reasons(remove_all(engine))
    assert "the engine said: device or resource busy" in told[SERVER]
    assert f"it still holds {SERVER}" in told[NETWORK]


@pytest.mark.parametrize("error", [requests.exceptions.ReadTimeout, requests.exceptions.ConnectionError])
def test_a_container_that_does_not_go_in_time_is_told_and_the_others_are_gone(error: type[Exception]) -> None:
    def late() -> dict[str, Any]:
        raise error("Read timed out.")

    engine = RemovedByAnother(late)
    told = reasons(remove_all(engine))
    assert "did not remove it within 25 s" in told[SERVER]
    assert engine.containers_there == {SERVER}


def test_an_engine_that_is_gone_is_an_error() -> None:
    class Gone(Engine):
        """Does not answer any more."""

        def remove_container(self, name: str, force: bool, v: bool) -> None:
            raise requests.exceptions.ConnectionError("Connection refused")

        def containers(self, filters: dict[str, Any], **every: bool) -> list[dict[str, Any]]:
            if "name" in filters:
                raise requests.exceptions.ConnectionError("Connection refused")
            return super().containers(filters, **every)

    with pytest.raises(EngineGone, match=f"removing container {CLIENT}: the engine does not answer"):
        remove_all(Gone())


def test_what_is_gone_already_is_removed() -> None:
    engine = Engine()
    things = resources.list_leftovers(clients(engine))
    remove_all(engine)
    assert resources.remove(clients(engine), things) == []


def test_a_network_whose_endpoints_are_counted_for_ever_is_told_with_what_to_do(pauses: list[float]) -> None:
    engine = Engine()
    engine.inside["ep-0a1b"] = "gone"
    told = reasons(remove_all(engine))
    assert told.keys() == {NETWORK}
    assert "no container is left. Restart the Docker daemon; the next command then removes it." in told[NETWORK]
    assert "only occupies one address range" in told[NETWORK]
    assert engine.containers_there == set()
    assert 1 < sum(pauses) < SOON


def test_a_network_that_was_refused_before_is_asked_for_once(pauses: list[float]) -> None:
    engine = Engine()
    engine.inside["ep-0a1b"] = "gone"
    assert reasons(remove_all(engine, patient=False)).keys() == {NETWORK}
    assert engine.asked.count(f"remove {NETWORK}") == 1
    assert sum(pauses) == 0


def test_a_network_whose_endpoints_are_counted_a_moment_longer_goes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine()
    engine.inside["ep-0a1b"] = "gone"

    def sleep(seconds: float) -> None:
        if seconds >= resources.PAUSES[1]:
            engine.inside.clear()

    monkeypatch.setattr(resources, "time", SimpleNamespace(sleep=sleep))
    assert remove_all(engine) == []
    assert engine.networks_there == set()


def test_a_network_in_which_somebody_else_stays_is_told_and_its_containers_are_gone() -> None:
    engine = Engine()
    engine.inside["0a1b"] = "theirs"
    assert "it still holds theirs: remove that" in reasons(remove_all(engine))[NETWORK]
    assert engine.containers_there == set()


@pytest.mark.parametrize("status", [403, 500])
def test_any_other_refusal_is_told_in_the_engines_words(status: int) -> None:
    class Refusing(Engine):
        """Removes nothing."""

        def remove_container(self, name: str, force: bool, v: bool) -> None:
            raise refused(status, "not today")

        def remove_network(self, name: str) -> None:
            raise refused(status, "not today")

    told = reasons(remove_all(Refusing()))
    assert told.keys() == {SERVER, CLIENT, NETWORK}
    assert all(reason.startswith("the engine said: not today; ") for reason in told.values())


class Creating(Engine):
    """Makes a network, and is not done before somebody has looked at what there is, if that happens at all."""

    def __init__(self) -> None:
        super().__init__()
        self.containers_there, self.networks_there, self.inside = set(), set(), {}
        self.looked, self.made = threading.Event(), threading.Event()

    def create_network(self, name: str, **_: Any) -> None:
        self.looked.wait(A_WHILE)
        self.networks_there.add(name)
        self.made.set()

    def networks(self, filters: dict[str, Any]) -> list[dict[str, Any]]:
        found = super().networks(filters)
        self.looked.set()
        return found


def test_a_network_is_not_left_by_an_interrupt_while_the_thread_that_creates_it_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The executor does not know such a thread, and cannot wait for it."""
    start = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        raise Interrupted(2)

    engine = Creating()
    session = DockerSession(clients(engine), epoll(), RUN, cast("Any", None), False, {})
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", interrupted)
        with pytest.raises(Interrupted):
            session.create()
    session.remove()
    assert session.removed
    assert engine.made.wait(SOON)
    assert engine.networks_there == set()


def test_nothing_is_created_once_the_removal_has_begun() -> None:
    engine = Creating()
    session = DockerSession(clients(engine), epoll(), RUN, cast("Any", None), False, {})
    session.remove()
    with pytest.raises(RuntimeError, match="after shutdown"):
        session.create()
    with pytest.raises(EngineError, match=f"the run {RUN} is being removed"):
        session._create_network()
    assert not engine.made.is_set()
