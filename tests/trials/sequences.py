"""What sequences are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {
    "greenlet-switch": {"greenlets": ("3", "7", "20"), "steps": ("1", "3", "8")},
    "generator-vs-greenlet": {"depth": ("1", "2", "30"), "steps": ("1", "7")},
}
PRINTS = '''"""Prints what is wanted, without a greenlet."""
from labs.programs.events import checkpoint, emit
emit("ready", platform="linux")
for line in ("12", "56", "34", "78", "greenlet 2 ends"):
    print(line, flush=True)
emit("over", suspended=[])
'''
PRINTS_CALLS = '''"""Prints what is wanted, without a generator."""
from labs.programs.events import emit
emit("ready", platform="linux")
print("call 1\\nmain: over", flush=True)
'''
THREADS = '''"""The same order, made by threads."""
import threading
from labs.programs.events import checkpoint, emit
emit("ready", platform="linux")
turn = [threading.Semaphore(1), threading.Semaphore(0)]
def work(mine, lines):
    for line in lines:
        turn[mine].acquire()
        print(line, flush=True)
        if line == "56":
            checkpoint("between", moment="between switches")
        turn[1 - mine].release()
all = [threading.Thread(target=work, args=args) for args in ((0, ("12", "34")), (1, ("56", "78")))]
[one.start() for one in all]
[one.join() for one in all]
print("greenlet 2 ends", flush=True)
emit("over", suspended=["greenlet 1"])
'''
SWITCH = "        if not (last and step == steps - 1):\n            following.switch()\n"
MUTANTS = (
    Mutant("it only prints", "greenlet-switch", "demos.greenlets_in_turn", PRINTS),
    Mutant("threads take turns", "greenlet-switch", "demos.greenlets_in_turn", THREADS),
    Mutant("nobody hands over", "greenlet-switch", "demos.greenlets_in_turn", "", SWITCH),
    Mutant(
        "it goes back to the first one",
        "greenlet-switch",
        "demos.greenlets_in_turn",
        "all_of_them[0]",
        "all_of_them[(number + 1) % len(all_of_them)]",
        {"greenlets": "3"},
    ),
    Mutant("the generator only prints", "generator-vs-greenlet", "demos.nested_generator", PRINTS_CALLS),
    Mutant(
        "the generator passes it on",
        "generator-vs-greenlet",
        "demos.nested_generator",
        "        yield from call(level + 1, depth, steps)",
        "        call(level + 1, depth, steps)",
    ),
    Mutant(
        "yield from is left out",
        "generator-vs-greenlet",
        "demos.nested_yield_from",
        "        call(level + 1, depth, steps)",
        "        yield from call(level + 1, depth, steps)",
    ),
)
