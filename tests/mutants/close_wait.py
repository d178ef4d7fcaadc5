"""Parameters and wrong programs with which close_wait is tested."""

from tests.mutants import Drawn, Mutant

SCENARIO, LEAKING, CLOSING, CLIENT = "close-wait", "servers.stay_open", "servers.close_too", "clients.come_and_go"
DRAWN: Drawn = {SCENARIO: {"clients": ("1", "30", "300"), "nofile": ("32", "200")}}
FEW = {"clients": "40"}
# Written from the catalog alone, like the next.
CLAIMS = '''"""Prints what a right client prints, and connects to nothing."""
import sys
from labs.programs.events import checkpoint, emit
emit("ready", platform=sys.platform)
emit("served", server="leaking", served=40, error=None)
emit("served", server="closing", served=40, error=None)
checkpoint("gone")
'''
MUTANTS = (
    Mutant("the client only prints", SCENARIO, CLIENT, CLAIMS, given=FEW),
    Mutant(
        "the server dies of itself",
        SCENARIO,
        LEAKING,
        "raise OSError(24, 'Too many open files')",
        "forgotten.append(client)",
    ),
    Mutant("the leaking server closes", SCENARIO, LEAKING, "client.close()", "forgotten.append(client)", FEW),
    Mutant(
        "the closing server leaves some clients open",
        SCENARIO,
        CLOSING,
        "client.detach() if client.fileno() % 2 else client.close()",
        "client.close()",
        FEW,
    ),
    Mutant(
        "the leaking server keeps a file in place of the socket",
        SCENARIO,
        LEAKING,
        "client.close(); forgotten.append(open('/dev/null'))",
        "forgotten.append(client)",
        FEW,
    ),
)
