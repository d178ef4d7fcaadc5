"""Parameters and wrong programs with which pooled_connection is tested."""

from tests.mutants import Drawn, Mutant

SCENARIO, SERVER, CLIENT = "cancelled-request", "servers.answer_numbers", "clients.cancelled_request"
DRAWN: Drawn = {SCENARIO: {"requests": ("2", "17", "60"), "delay": ("0.01", "0.1")}}
# Written from the catalog alone, like the next.
PRINTS = '''"""Prints all that a right client prints, and asks nobody."""
import sys
from labs.programs.events import checkpoint, emit
emit("ready", platform=sys.platform)
emit("answered", server="keeping", answers=[0, 1, 2, 3, 4])
emit("answered", server="closing", answers=[1, 2, 3, 4, 5])
checkpoint("done")
'''
NEVER_CANCELS = '''"""Asks each server in order, and tells what the cancelled ones would have got."""
import socket, sys
from labs.programs.events import checkpoint, emit
emit("ready", platform=sys.platform)
held = []
for name, _, address in (one.partition("=") for one in sys.argv[3:]):
    host, _, port = address.rpartition(":")
    held.append(socket.create_connection((host, int(port))))
    lines = held[-1].makefile("rwb", buffering=0)
    answers = []
    for number in range(6):
        lines.write(b"%d\\n" % number)
        answers.append(int(lines.readline()))
    emit("answered", server=name, answers=answers[:5] if name == "keeping" else answers[1:])
checkpoint("done")
'''
MUTANTS = (
    Mutant("the client only prints", SCENARIO, CLIENT, PRINTS),
    Mutant("the client never cancels", SCENARIO, CLIENT, NEVER_CANCELS),
    Mutant("the client closes each time", SCENARIO, CLIENT, "if True:", "if self.closes:"),
    Mutant("the client never closes", SCENARIO, CLIENT, "if False:", "if self.closes:"),
    Mutant(
        "the client asks anew after the cancellation", SCENARIO, CLIENT, "range(0, requests)", "range(1, requests + 1)"
    ),
    Mutant(
        "the server leaves out a line", SCENARIO, SERVER, "line != b'0\\n' and writer.write(line)", "writer.write(line)"
    ),
)
