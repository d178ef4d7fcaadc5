"""Checks of this exercise: it was the Windows program that served, and more clients at a time than select takes."""

from collections.abc import Mapping

import pytest

from scenarios.evidence import Evidence
from scenarios.quantities import Json
from scenarios.theory.descriptors import FD_SETSIZE


def test_more_clients_were_there_than_select_takes(evidence: Evidence, measured: Mapping[str, Json]) -> None:
    if measured["error"] is not None:
        pytest.skip("the server ended, as it had to")
    clients = evidence.services["client"].said("connected")["clients"]
    assert clients > FD_SETSIZE["win32"], f"more than {FD_SETSIZE['win32']} clients were expected, and {clients} came"
