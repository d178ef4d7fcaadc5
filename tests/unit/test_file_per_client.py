"""The family of the server that never closes a file: theory against a simulation that hands out descriptors."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scenarios import families
from scenarios.definition import catalog
from scenarios.families.base import Known
from scenarios.families.file_per_client.theory import PER_CLIENT, fate
from scenarios.judging.failures import failure
from scenarios.theory.descriptors import EMFILE, FD_OUT_OF_RANGE, FD_SETSIZE, Server, open_before_first_client
from tests.unit.builders import evidence, service
from tests.unit.scripted import event, raised

FAMILY = families.find("file_per_client")
WITH_NAME = f"{EMFILE}: 'song'"


def simulated(selector: str, soft: int, clients: int) -> tuple[int, str | None]:
    """The lowest free descriptor first for the socket, then, once select has looked at that, for the file."""
    free = open_before_first_client(selector)
    for client in range(clients):
        if free >= soft:
            return client, EMFILE
        if selector == "select" and free >= FD_SETSIZE["linux"]:
            return client, FD_OUT_OF_RANGE
        if free + 1 >= soft:
            return client, WITH_NAME
        free += 2
    return clients, None


@given(st.sampled_from(["select", "poll", "epoll"]), st.integers(24, 2100), st.integers(1, 1200))
@example("select", 1024, 600)
@example("select", 1025, 600)
@example("select", 1026, 600)
@example("epoll", 1024, 600)
def test_theory_is_what_a_simulation_finds(selector: str, soft: int, clients: int) -> None:
    server = Server(selector, "linux", soft, open_before_first_client(selector), PER_CLIENT)
    served, kind, message, reason = fate(server, clients, "song")
    assert (served, message) == simulated(selector, soft, clients)
    assert kind == {None: None, FD_OUT_OF_RANGE: "ValueError"}.get(message, "OSError")
    assert reason


@pytest.mark.parametrize(("nofile", "kind"), [("1024", "OSError"), ("4096", "ValueError")])
def test_half_of_what_a_clean_server_holds_is_served_and_the_limit_decides_how_it_ends(nofile: str, kind: str) -> None:
    scenario = catalog.load("tutorial-server", {"nofile": nofile})
    predicted = FAMILY.predict(Known(scenario, {"server": "linux"})).json()
    assert (predicted["served"], predicted["descriptors"], predicted["error"]["type"]) == (510, None, kind)


def test_a_dead_server_served_those_it_had_answered() -> None:
    said = event("refused", client=3, error="ConnectionResetError", message="m") + event("connected", clients=2)
    client = service("client", said + event("finished", served=2), exit_status=1)
    run = evidence(service("server", stderr=raised("OSError", WITH_NAME), exit_status=1), client)
    assert FAMILY.measure(run) == {
        "served": 2,
        "descriptors": None,
        "error": failure("server", "OSError", WITH_NAME, 3),
    }
