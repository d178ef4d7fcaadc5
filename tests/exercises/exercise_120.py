"""What servers on Windows are tried with."""

from tests.exercises import Program

STARTER = "crash"
PRINTS = """\
import sys, time
from labs.programs.events import emit
emit("ready", selector="SelectSelector", platform=sys.platform, python="3.11.9")
time.sleep(1000)
"""
SLICED = "serve(Sliced())"
SLICES = "            slices = [keys[begin : begin + MOST] for begin in range(0, len(keys), MOST)]\n"
OF_THE_LAB = """\
from labs.programs.servers.sliced import SlicedSelector
from serving import serve

serve(SlicedSelector())
"""
WRONG = (
    Program("it only prints that it is ready", "sliced.py", PRINTS, finding="served"),
    Program(
        "the plain one has no limit",
        "plain.py",
        "from sliced import Sliced\nfrom serving import serve\n\nserve(Sliced())\n",
        finding="error",
    ),
    Program("it is select's", "sliced.py", "serve(selectors.DefaultSelector())", SLICED, "crash"),
    Program(
        "the last ones alone are asked for", "sliced.py", "            slices = [keys[-MOST:]]\n", SLICES, "served"
    ),
)
OTHERS = (Program("a selector of the lab's", "sliced.py", OF_THE_LAB),)
