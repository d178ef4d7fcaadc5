"""The family address_in_use: what it predicts, and how it measures."""

from scenarios import families
from scenarios.definition import catalog
from scenarios.families.address_in_use import EADDRINUSE
from scenarios.families.base import Known
from tests.unit.builders import evidence, service
from tests.unit.scripted import event

FAMILY = families.find("address_in_use")


def test_only_a_server_that_closed_first_without_the_option_is_refused() -> None:
    predicted = FAMILY.predict(Known(catalog.load("address-in-use", {"port": "2000"}), {}))
    assert predicted.json()["restart"] == {
        "the server closed first, without SO_REUSEADDR": EADDRINUSE,
        "the server closed first, with SO_REUSEADDR": None,
        "the client closed first, without SO_REUSEADDR": None,
        "the client closed first, with SO_REUSEADDR": None,
    }
    assert (predicted.facts["time_wait"], predicted.facts["listening"]) == ({2000, 2001}, {2001, 2002, 2003})


def test_each_case_has_what_the_new_server_met() -> None:
    said = event("restarted", first="server", reuse=False, port=9001, error=EADDRINUSE)
    said += event("restarted", first="client", reuse=True, port=9004, error=None)
    assert FAMILY.measure(evidence(service("server", said, exit_status=0)))["restart"] == {
        "the server closed first, without SO_REUSEADDR": EADDRINUSE,
        "the client closed first, with SO_REUSEADDR": None,
    }
