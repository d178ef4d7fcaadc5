"""Checks of every run of any family: the logs are complete, each program ran where it should, and no machine reaches
the host.

A check that cannot look raises an error of the lab: the verdict is then `error`, not `fail`.
"""

from collections.abc import Callable, Sequence

import pytest

from scenarios.results.evidence import Evidence


def test_the_logs_are_complete(evidence: Evidence) -> None:
    for service in evidence.services.values():
        if service.started:
            service.whole_logs()


def test_every_program_ran_on_the_predicted_platform(evidence: Evidence) -> None:
    said = {name: ready["platform"] for name, one in evidence.services.items() if (ready := one.last("ready"))
            and "platform" in ready}  # fmt: skip
    if not said:
        pytest.skip("no program reports its platform")
    assert said == {name: evidence.services[name].platform for name in said}


def test_the_host_cannot_be_reached_from_inside(
    evidence: Evidence, hosts_reached: Callable[[str], Sequence[str]]
) -> None:
    inside = next(name for name, one in evidence.services.items() if one.started)
    assert list(hosts_reached(inside)) == []
