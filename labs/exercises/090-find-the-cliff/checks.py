"""Checks of this exercise: a full server asks select for all that it has, and for nobody that it cannot have."""

from collections.abc import Callable, Mapping

import pytest
from testinfra.host import Host

from labs import silence
from labs.silence import Silence
from scenarios.evidence import Evidence
from scenarios.families.base import Prediction
from scenarios.quantities import Json

# Processor time in seconds: far less than who asks without end takes of the 3 s for which the next client waits, on a
# busy machine too; and what serving one client costs at most.
AT_ONCE, EACH = 0.3, 0.0005


@pytest.fixture(scope="session")
def served(evidence: Evidence, measured: Mapping[str, Json]) -> int:
    """How many clients it had when it was full."""
    if evidence.services["server"].exit_status is not None or evidence.services["client"].last("refused") is None:
        pytest.skip("it was never full, or it has died")
    return int(measured["served"])


@pytest.fixture(scope="session")
def silent(evidence: Evidence, machine: Callable[[str], Host], served: int) -> Silence:
    """What it does while it is full again and all are silent."""
    return silence.of(evidence, machine, served, more=1)


def test_it_has_room_again_once_all_have_gone(silent: Silence, served: int) -> None:
    assert silent.answered, f"all had gone, and {served} more clients came and were not answered"


def test_it_stood_still_while_it_was_full(evidence: Evidence, served: int) -> None:
    server = evidence.services["server"]
    took = server.sampled("connected").cpu_seconds - server.sampled("ready").cpu_seconds
    most = AT_ONCE + EACH * served
    assert took < most, f"at most {most:.1f} s of processor time were expected, and {took:.1f} were taken"


def test_nothing_wakes_it_while_it_is_full(silent: Silence) -> None:
    silent.costs_nothing()


def test_it_waits_in_select_for_all_of_its_clients(silent: Silence, served: int, prediction: Prediction) -> None:
    silent.waits_in_select_for(prediction.facts["descriptors"] + served)


def test_no_thread_came_and_went(evidence: Evidence) -> None:
    assert not evidence.services["server"].lost_a_thread("ready", "finished"), (
        "a thread served, and ended before the end"
    )
