"""The family pooled_connection: what it predicts, and how it measures."""

from scenarios import families
from scenarios.definition import catalog
from scenarios.families.base import Known
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("pooled_connection")


def test_each_answer_is_that_of_the_request_before_unless_the_connection_is_closed() -> None:
    predicted = FAMILY.predict(Known(catalog.load("cancelled-request", {"requests": "3"}), {})).json()
    assert predicted["answers"] == {"keeping": [0, 1, 2], "closing": [1, 2, 3]}
    assert predicted["connections"] == {"keeping": 1, "closing": 2}
    assert predicted["requests"] == {"keeping": 4, "closing": 4}


def test_the_servers_count_connections_and_requests() -> None:
    asked = event("asked", line="0") + event("asked", line="1")
    measured = FAMILY.measure(
        evidence(
            service("keeping", event("accepted") + asked),
            service("closing", 2 * event("accepted") + asked),
            service("client", event("answered", server="keeping", answers=[0]), exit_status=0),
        )
    )
    assert measured["answers"] == {"keeping": [0]}
    assert measured["connections"] == {"keeping": 1, "closing": 2}
    assert measured["requests"] == {"keeping": 2, "closing": 2}
