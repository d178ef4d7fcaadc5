"""Checks of this exercise: each client has its own greenlet, and all greenlets run in one thread that sleeps."""

from labs.idle_probe import IdleServer, check_no_extra_thread, idle_fixture
from scenarios.results.evidence import Evidence

idle = idle_fixture(clients=20)


def test_each_client_had_a_greenlet(evidence: Evidence) -> None:
    # The watcher reports its counts only each time that the greenlets or the switches have doubled.
    clients, seen = evidence.scenario.number("clients"), evidence.services["server"].observed()
    ran, holding = seen["greenlets"], seen["holding"]
    assert ran >= clients / 2, f"a greenlet for each of {clients} clients was expected, and about {ran} ran"
    assert holding >= ran / 2, f"{ran} greenlets ran, and only {holding} of them waited with a socket of their own"


def test_each_client_was_served_by_its_own_greenlet(evidence: Evidence) -> None:
    # Each piece that a client sends resumes the greenlet that serves it. The watcher counts each time that the switches
    # have doubled, and reports the most: it may count last when clients have left, but not the time before.
    clients, serving = evidence.scenario.number("clients"), evidence.services["server"].observed()["serving"]
    assert serving >= clients / 2, (
        f"a greenlet that is resumed whenever its client sends was expected for each of {clients} clients, "
        f"and {serving} such greenlets were seen: another one reads and answers"
    )


def test_later_clients_are_served_too(idle: IdleServer) -> None:
    idle.check_answered()


def test_idle_clients_cost_no_cpu(idle: IdleServer) -> None:
    idle.check_costs_nothing()


def test_no_extra_thread_ran(evidence: Evidence) -> None:
    check_no_extra_thread(evidence.services["server"])
