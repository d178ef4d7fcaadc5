"""Parameters and mutants of switching_order."""

from tests.mutants import Drawn, Mutant

DRAWN: Drawn = {
    "greenlet-switch": {"greenlets": ("3", "7", "20"), "steps": ("1", "3", "8")},
    "generator-vs-greenlet": {"depth": ("1", "2", "30"), "steps": ("1", "7")},
}
PRINTS = '''"""Prints what is wanted, without a greenlet."""
from labs.programs.events import checkpoint, emit
emit("ready", platform="linux")
for line in ("A1", "B1", "A2", "B2", "greenlet B ends"):
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
        if line == "B1":
            checkpoint("between", moment="between switches")
        turn[1 - mine].release()
all = [threading.Thread(target=work, args=args) for args in ((0, ("A1", "A2")), (1, ("B1", "B2")))]
[one.start() for one in all]
[one.join() for one in all]
print("greenlet B ends", flush=True)
emit("over", suspended=["greenlet A"])
'''
PLAIN = """\"\"\"The lines, printed by loops.\"\"\"
from greenlet import greenlet
from labs.programs.demos.nesting import called, parse
options = parse(__doc__)
for level in range(1, options.depth + 1):
    called(level)
for step in range(1, options.steps + 1):
    print(f"step {step}", flush=True)
    print(f"main {step}", flush=True)
print("main: over", flush=True)
"""
IN_TURN = """\"\"\"The lines, printed by a loop, beside greenlets that print nothing.\"\"\"
import sys
from greenlet import getcurrent, greenlet
from labs.programs.events import checkpoint, emit
emit("ready", platform=sys.platform)
ring = [greenlet(lambda: [main.switch() for _ in range(2)]) for _ in range(2)]
main = getcurrent()
for number, line in enumerate(("A1", "B1", "A2", "B2", "greenlet B ends")):
    print(line, flush=True)
    if number == 1:
        checkpoint("between", moment="between switches")
    ring[number % 2].switch()
emit("over", suspended=["greenlet A"])
"""
YIELDS = "from labs.programs.demos.nested_yield_from import main\n\nif __name__ == '__main__':\n    main()\n"
SWITCH = "        if not (last and step == steps - 1):\n            following.switch()\n"
MUTANTS = (
    Mutant("a loop prints for the greenlets", "greenlet-switch", "demos.greenlets_in_turn", IN_TURN),
    Mutant("loops print for the greenlet", "generator-vs-greenlet", "demos.nested_greenlet", PLAIN),
    Mutant("loops print for yield from", "generator-vs-greenlet", "demos.nested_yield_from", PLAIN),
    Mutant("the greenlet is a generator", "generator-vs-greenlet", "demos.nested_greenlet", YIELDS),
    Mutant("it only prints", "greenlet-switch", "demos.greenlets_in_turn", PRINTS),
    Mutant("threads take turns", "greenlet-switch", "demos.greenlets_in_turn", THREADS),
    Mutant("no greenlet switches", "greenlet-switch", "demos.greenlets_in_turn", "", SWITCH),
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
        "the generator has yield from",
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
    Mutant(
        "a helper switches for each greenlet",
        "greenlet-switch",
        "demos.greenlets_in_turn",
        "            greenlet(following.switch).switch()\n",
        "            following.switch()\n",
    ),
    Mutant(
        "it ends a greenlet and says that it is suspended",
        "greenlet-switch",
        "demos.greenlets_in_turn",
        '    ring[0].switch()\n    ring[0].throw()\n    emit("over", suspended=["greenlet A"])\n    sys.exit()\n',
        "    ring[0].switch()\n",
    ),
    Mutant(
        "its calls do not stand in each other",
        "generator-vs-greenlet",
        "demos.nested_greenlet",
        "    for one in range(level + 1, depth + 1):\n        called(one)\n",
        "    if level < depth:\n        call(level + 1, depth, steps)\n        return\n",
    ),
)
