"""Parameters and wrong programs with which port_exhaustion is tested."""

from tests.mutants import Drawn, Mutant

SCENARIO, SERVER, CLIENT = "ports-exhausted", "servers.close_on_request", "clients.use_ports"
DRAWN: Drawn = {SCENARIO: {"connections": ("1", "7", "120"), "ports": ("2", "8", "100")}}
# Written from the catalog alone, like the next but one.
CLAIMS = '''"""Prints what a right client prints, and connects to nothing."""
import sys
from labs.programs.events import checkpoint, emit
emit("ready", platform=sys.platform)
refused = "[Errno 99] Cannot assign requested address"
emit("used", way="held", made=10, error=refused)
emit("used", way="client-first", made=10, error=refused)
emit("used", way="server-first", made=50, error=None)
checkpoint("exhausted")
'''
RESETS = """sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\\1\\0\\0\\0\\0\\0\\0\\0")
    sock.close()


def close_last("""
CLOSES = """sock.shutdown(socket.SHUT_WR)
    sock.recv(1)  # nothing: the server has closed too
    sock.close()


def close_last("""
MUTANTS = (
    Mutant("the client only prints", SCENARIO, CLIENT, CLAIMS),
    Mutant("the client resets what it should close", SCENARIO, CLIENT, RESETS, CLOSES),
    Mutant(
        "the client closes what it should hold",
        SCENARIO,
        CLIENT,
        'close_first,\n    "client',
        'held.append,\n    "client',
    ),
    Mutant(
        "the client closes first in each way",
        SCENARIO,
        CLIENT,
        '"server-first": close_first',
        '"server-first": close_last',
    ),
    Mutant(
        "the server accepts and resets",
        SCENARIO,
        SERVER,
        'client.send(b"a"); client.close(); continue',
        "selector.register(client, selectors.EVENT_READ)",
    ),
)
