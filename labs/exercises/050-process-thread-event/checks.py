"""Checks of this exercise: the children of the server of processes are its own, and each has one client."""

from scenarios.evidence import Evidence


def test_the_server_was_looked_at_with_all_clients_connected(evidence: Evidence) -> None:
    server = evidence.services["server"]
    clients = evidence.services["client"].said("connected")["clients"]
    seen = server.sampled("connected")
    assert seen.processes in (1, 1 + clients), f"{seen.processes} processes were seen with {clients} clients"
