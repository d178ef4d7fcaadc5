"""Parameters and wrong programs with which backlog is tested."""

from tests.mutants import Drawn, Mutant

SCENARIO, SERVER, CLIENT = "backlog", "servers.accept_late", "clients.connect_at_once"
DRAWN: Drawn = {SCENARIO: {"clients": ("1", "7", "9"), "backlog": ("4", "50"), "somaxconn": ("4", "4096")}}
CLAIMS = '''"""Prints what a right client prints, and connects to nothing."""
import sys, time
from labs.programs.events import checkpoint, emit
emit("ready", platform=sys.platform)
emit("begun", within=0.001)
time.sleep(3)
first, later = [[0.001, 0]] * 5, [[1.02, 1]] * 5
checkpoint("settled", connections={"full": first, "late": first + later})
'''
CONNECTS = """import socket
hosts = [one.partition("=")[2].split(":")[0] for one in sys.argv[3:]]
held = [socket.create_connection((host, 8001)) for host in hosts for _ in range(5)]
time.sleep(3)"""
SLEEPS = "time.sleep(3600 if options.after is None else options.after)"
COUNTED = "return int.from_bytes(information[4 * TOTAL_RETRANS :], sys.byteorder)"
MUTANTS = (
    Mutant("the server doubles its backlog", SCENARIO, SERVER, "2 * options.backlog)", "options.backlog)"),
    Mutant("the server accepts at once", SCENARIO, SERVER, "time.sleep(0)", SLEEPS),
    Mutant("the server accepts one client", SCENARIO, SERVER, "one = listener.accept(); " + SLEEPS, SLEEPS),
    Mutant("the client tells no retry", SCENARIO, CLIENT, "return 0", COUNTED),
    # Written from the catalog alone.
    Mutant("the client only prints, and connects to nothing", SCENARIO, CLIENT, CLAIMS),
    Mutant(
        "the client connects as often as the queue allows, and claims the others",
        SCENARIO,
        CLIENT,
        CLAIMS.replace("time.sleep(3)", CONNECTS),
    ),
)
