"""Checks of this exercise: the pages came over the network, and greenlets fetched them."""

from collections.abc import Callable

from testinfra.host import Host

from scenarios.evidence import Evidence
from scenarios.families.fetches import page_bytes

# Each page is fetched three times without latency, to find out what a fetch costs, and then once with it.
TIMES = 4


def test_each_page_had_a_greenlet(evidence: Evidence) -> None:
    urls = evidence.scenario.number("urls")
    # Those of the thread that began: gevent has a pool of threads too, and greenlets that only wait for it.
    asked = evidence.services["gevent"].said("observed")["connecting"]
    assert asked >= urls, f"at least {urls} greenlets that connect were expected, and {asked} did"


def test_the_pages_came_over_the_network(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    wanted = TIMES * page_bytes(evidence.scenario.number("urls"))
    for name in ("serial", "gevent"):
        lines = machine(name).run("cat /proc/net/dev").stdout.splitlines()[2:]
        came = sum(int(line.partition(":")[2].split()[0]) for line in lines)
        assert came >= wanted, f"to {name} at least {wanted} bytes should have come, and {came} did"
