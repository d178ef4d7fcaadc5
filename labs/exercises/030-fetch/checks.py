"""Checks of this exercise: the pages came over the network, and greenlets fetched them."""

from collections.abc import Callable

from testinfra.host import Host

from scenarios.judging.prediction import Prediction
from scenarios.results.evidence import Evidence

# Each page is fetched three times without latency, to measure the cost of a fetch, and then once with latency.
TIMES = 4


def test_a_greenlet_fetched_each_page(evidence: Evidence) -> None:
    urls, pool = evidence.scenario.number("urls"), evidence.scenario.number("pool")
    # Only sockets of the main thread: gevent also has a thread pool, and greenlets that wait for it.
    connects = evidence.services["gevent"].observed()["connects"]
    assert 0 not in connects, "each page should be fetched by a greenlet, and the main program itself connected"
    assert len(connects) <= TIMES * urls, (
        f"{TIMES * urls} connections were expected, one for each page and each time, and {len(connects)} were made"
    )
    # The last ones are those with latency. Workers may fetch several pages each.
    last = len(set(connects[-urls:]))
    assert last >= pool, f"{pool} greenlets should fetch at a time, and {last} greenlets connected"


def test_the_pages_came_over_the_network(prediction: Prediction, machine: Callable[[str], Host]) -> None:
    wanted = TIMES * prediction.facts["bytes of one"]
    for name in ("serial", "gevent"):
        lines = machine(name).run("cat /proc/net/dev").stdout.splitlines()[2:]
        came = sum(int(line.partition(":")[2].split()[0]) for line in lines)
        assert came >= wanted, f"{name} should have received at least {wanted} bytes, and received {came}"
