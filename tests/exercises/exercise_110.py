"""What a server for uploads and downloads is tried with."""

from tests.exercises import Program

STARTER = "crash"
PRINTS = """\
import sys, time
from labs.programs.events import emit
emit("ready", selector="EpollSelector", platform=sys.platform, python="3.11.2", descriptors=5)
time.sleep(1000)
"""
REST = "self.outgoing = self.outgoing[count:]"
CONTINUE = "            if not end:\n                return\n"
OF_THE_LAB = """\
import sys

from labs.programs.servers.transfer import main

main(sys.argv[1:])
"""
WRONG = (
    Program("it only prints that it is ready", "server.py", PRINTS, finding="served"),
    Program("what was not sent is forgotten", "server.py", "self.outgoing = b''", REST, "served"),
    Program("a line without its end is a request", "server.py", "", CONTINUE, "crash"),
    Program(
        "after a body the rest is dropped",
        "server.py",
        "self.incoming = b''\n                continue",
        "continue",
        "served",
    ),
    Program(
        "it waits with poll",
        "server.py",
        "selectors.PollSelector()",
        "selectors.DefaultSelector()",
        "the_descriptors_open_before_the_first_client_are_what_theory_counts",
    ),
)
OTHERS = (Program("the lab's own, with a parser that is a generator", "server.py", OF_THE_LAB),)
