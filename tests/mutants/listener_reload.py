"""Parameters and wrong programs with which listener_reload is tested."""

from tests.mutants import Drawn, Mutant

SCENARIO, SERVER, CLIENT = "reload", "servers.reload", "clients.through_reload"
DRAWN: Drawn = {SCENARIO: {"clients": ("40", "300"), "migrate": ("1",)}}
MIGRATES = {"migrate": "1"}
# Written from the catalog alone, like the next.
PRINTS = '''"""Prints what a right client prints, and connects to nothing."""
import sys
from labs.programs.events import checkpoint, emit
emit("ready", platform=sys.platform)
checkpoint("counted", outcomes={"greeted": 28, "reset": 32})
'''
FEWER = '''"""Half of the clients never come, and are counted as reset."""
import sys
from labs.programs.clients.through_reload import *
emit("ready", platform=sys.platform)
host, port = sys.argv[2], int(sys.argv[4])
clients = [connect((host, port), PATIENCE) for _ in range(30)]
with connect((host, port + 1), PATIENCE) as control:
    control.sendall(b"r")
    outcomes = Counter(map(outcome, clients))
    control.recv(1)
checkpoint("counted", outcomes={"greeted": outcomes["greeted"], "reset": 60 - outcomes["greeted"]})
'''
MUTANTS = (
    Mutant("the client only prints", SCENARIO, CLIENT, PRINTS),
    Mutant("half of the clients never come", SCENARIO, CLIENT, FEWER),
    Mutant(
        "the server accepts from both queues",
        SCENARIO,
        SERVER,
        "accepted = accept_all(old) + accept_all(new)",
        "old.close()\n            accepted = accept_all(new)",
    ),
    Mutant(
        "the listener stays open",
        SCENARIO,
        SERVER,
        "accepted = accept_all(new)",
        "old.close()\n            accepted = accept_all(new)",
        MIGRATES,
    ),
    Mutant(
        "the server resets some itself",
        SCENARIO,
        SERVER,
        "accepted = accept_all(new)[:9]",
        "accepted = accept_all(new)",
        MIGRATES,
    ),
    Mutant(
        "there is one listener",
        SCENARIO,
        SERVER,
        "old = new = listen((options.host, options.port))",
        "old, new = (listen((options.host, options.port)) for _ in range(2))",
        MIGRATES,
    ),
)
