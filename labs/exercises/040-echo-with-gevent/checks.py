"""Checks of this exercise: those who serve each client are greenlets, of gevent's own library."""

from collections.abc import Callable

from testinfra.host import Host

from scenarios.evidence import Evidence


def test_gevents_loop_is_in_the_process(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    server = evidence.services["server"]
    maps = machine("server").run(f"cat /proc/{server.pid}/maps").stdout
    assert "gevent" in maps, "gevent's libraries should be in the server's memory, and are not"
