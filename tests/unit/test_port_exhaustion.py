"""The family port_exhaustion: what it predicts, and how it measures."""

import socket
import threading
import time

import pytest

from labs.programs.clients import use_ports
from scenarios import families
from scenarios.definition import catalog
from scenarios.errors import UsageError
from scenarios.families.base import Known
from scenarios.families.port_exhaustion import EADDRNOTAVAIL
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("port_exhaustion")


@pytest.mark.parametrize(("connections", "ports", "kept"), [(50, 10, 10), (5, 10, 5), (10, 10, 10)])
def test_a_port_that_is_kept_is_one_connection_less(connections: int, ports: int, kept: int) -> None:
    scenario = catalog.load("ports-exhausted", {"connections": str(connections), "ports": str(ports)})
    predicted = FAMILY.predict(Known(scenario, {})).json()
    refused = EADDRNOTAVAIL if connections > ports else None
    assert predicted["made"] == {"held": kept, "client-first": kept, "server-first": connections}
    assert predicted["refusals"] == {"held": refused, "client-first": refused, "server-first": None}


def test_the_client_has_as_many_ports_as_the_scenario_says() -> None:
    client = catalog.load("ports-exhausted", {"ports": "8"}).services["client"]
    assert client.sysctls["net.ipv4.ip_local_port_range"] == "40000 40007"


def test_each_way_has_its_connections_and_its_error() -> None:
    used = event("used", way="held", made=10, error=EADDRNOTAVAIL) + event(
        "used", way="server-first", made=50, error=None
    )
    assert FAMILY.measure(evidence(service("client", used, exit_status=0))) == {
        "made": {"held": 10, "server-first": 50},
        "refusals": {"held": EADDRNOTAVAIL, "server-first": None},
        "error": None,
    }


def test_an_odd_number_of_ports_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="ports is 9: it must be even"):
        catalog.load("ports-exhausted", {"ports": "9"})


def test_a_connection_that_the_client_closed_first_is_over_on_both_sides_when_the_client_goes_on() -> None:
    client, server = socket.socketpair()
    over: list[bool] = []

    def close_late() -> None:
        assert server.recv(1) == b""
        time.sleep(0.05)
        over.append(True)
        server.close()

    closing = threading.Thread(target=close_late)
    closing.start()
    use_ports.close_first(client)
    assert over
    closing.join()


def test_a_client_counts_a_connection_once_the_server_has_accepted_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepted: list[socket.socket] = []

        def accept_late() -> None:
            time.sleep(0.05)
            accepted.append(listener.accept()[0])
            accepted[0].send(b"a")
            accepted[0].close()

        accepting = threading.Thread(target=accept_late)
        accepting.start()
        assert use_ports.use("client-first", listener.getsockname(), 1) == (1, None)
        assert accepted
        accepting.join()
