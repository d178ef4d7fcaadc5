"""Checks that are the same for every run, of whatever family: what is kept is whole, the programs ran where and as they
should, and no machine has a way to the host.

What could not be looked at raises an error of the lab, which is no failure: the verdict is then `error`.
"""

from collections.abc import Callable, Sequence

import pytest

from scenarios.evidence import Evidence


def test_the_logs_are_complete(evidence: Evidence) -> None:
    for service in evidence.services.values():
        if service.started:
            service.whole_logs()


def test_every_program_ran_on_the_platform_that_theory_assumed(evidence: Evidence) -> None:
    said = {name: ready["platform"] for name, one in evidence.services.items() if (ready := one.last("ready"))
            and "platform" in ready}  # fmt: skip
    if not said:
        pytest.skip("no program says its platform")
    assert said == {name: evidence.services[name].platform for name in said}


def test_the_host_does_not_answer_from_inside(
    evidence: Evidence, hosts_reached: Callable[[str], Sequence[str]]
) -> None:
    inside = next(name for name, one in evidence.services.items() if one.started)
    assert list(hosts_reached(inside)) == []
