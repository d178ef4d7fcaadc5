"""Checks of this exercise: waiting costs nothing, since select returns only when there is something to do."""

from collections.abc import Callable

import pytest
from testinfra.host import Host

from scenarios.evidence import Evidence

# Connects, is served once, says nothing more for a while, and tells what processor time the server took meanwhile.
SILENT = """
import os, socket, sys, time
host, port, pid = sys.argv[1:]
def took():
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
with socket.create_connection((host, int(port)), 10) as sock:
    sock.sendall(b"?")
    sock.recv(1)
    before = took()
    time.sleep(0.6)
    print(took() - before)
"""
# Of 0.6 s; who asks without end takes all of it, unless others want the processors too.
MOST_SECONDS = 0.1


def test_a_silent_client_costs_nothing(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    server = evidence.services["server"]
    if server.exit_status is not None:
        pytest.skip("the server has died")
    # Others listen there too, such as the engine's own name server.
    port = str(server.said("ready")["port"])
    listening = [line.split()[3].rpartition(":") for line in machine("server").run("ss -Hltn").stdout.splitlines()]
    host = next(host for host, _, number in listening if number == port)
    here = "127.0.0.1" if host == "0.0.0.0" else host
    done = machine("server").run("python3 -c %s %s %s %s", SILENT, here, port, str(server.pid))
    took = float(done.stdout)
    assert took <= MOST_SECONDS, f"next to no processor time was expected, and {took:.2f} s of 0.6 were taken"
