"""Parameters and mutants of switch_cost."""

from tests.mutants import Drawn, Mutant

DRAWN: Drawn = {"switch-cost": {"turns": ("1000", "1777", "3000"), "rounds": ("3", "4", "7")}}
FEW = {"turns": "1000", "rounds": "3"}
PRINTS = '''"""Prints what the lab wants to hear."""
import threading
from labs.programs.demos.stay_alive import stay_alive
from labs.programs.events import emit
threading.Thread(target=threading.Event().wait, daemon=True).start()
emit("switched", seconds=[0.06, 0.06, 0.06], turns=3000, other=None)
stay_alive()
'''
ALONE = """            had += 1
            (there.release() or here.acquire()) if turns == 0 else None
"""
GENERATOR_PRINTS = '''"""Never switches, and prints what theory says."""
from labs.programs.demos.stay_alive import stay_alive
from labs.programs.events import emit
emit("switched", seconds=[0.00006, 0.00006, 0.00006], turns=3000, other=None)
stay_alive()
'''
SLEEPS = '''"""Sleeps as often as it should switch: the kernel switches then too."""
import os, signal, threading, time
from labs.programs.demos.switching import run
def take_turns(turns, _):
    for _ in range(2 * turns):
        time.sleep(1e-6)
    return turns
other = None
'''
IDLE_CHILD = "other = os.fork()\nif not other:\n    signal.pause()\n"
IDLE_THREAD = "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
RUN = "run(take_turns, __doc__, other)\n"
HANDS_OVER = "range(turns):\n            there.release()\n            here.acquire()\n        return had"
SWITCHES = "range(turns):\n            other.switch()\n        return had"


def half(loop: str) -> str:
    return loop.replace("turns)", "turns // 2)").replace("return had", "return 2 * had")


MUTANTS = (
    Mutant("half of the turns of threads", "switch-cost", "demos.switch_threads", half(HANDS_OVER), HANDS_OVER, FEW),
    Mutant("half of the turns of greenlets", "switch-cost", "demos.switch_greenlets", half(SWITCHES), SWITCHES, FEW),
    Mutant("the generators only print", "switch-cost", "demos.switch_generators", GENERATOR_PRINTS, given=FEW),
    Mutant(
        "the threads sleep, and take no turns",
        "switch-cost",
        "demos.switch_threads",
        SLEEPS + IDLE_THREAD + RUN,
        given=FEW,
    ),
    Mutant(
        "the processes sleep, and take no turns",
        "switch-cost",
        "demos.switch_processes",
        SLEEPS + IDLE_CHILD + RUN,
        given=FEW,
    ),
    Mutant("it only prints", "switch-cost", "demos.switch_threads", PRINTS, given=FEW),
    Mutant(
        "the threads do not hand over",
        "switch-cost",
        "demos.switch_threads",
        ALONE,
        "            there.release()\n            here.acquire()\n",
        FEW,
    ),
    Mutant(
        "the greenlet is a thread",
        "switch-cost",
        "demos.switch_greenlets",
        "from labs.programs.demos.switch_threads import main\n\nif __name__ == '__main__':\n    main()\n",
        given=FEW,
    ),
    Mutant(
        "the generator is a greenlet",
        "switch-cost",
        "demos.switch_generators",
        "from labs.programs.demos.switch_greenlets import main\n\nif __name__ == '__main__':\n    main()\n",
        given=FEW,
    ),
    Mutant(
        "the other process is the first one itself",
        "switch-cost",
        "demos.switch_processes",
        "            os.write(to_here, TURN)\n            had += len(os.read(from_there, 1))\n",
        "            os.write(to_there, TURN)\n            had += len(os.read(from_there, 1))\n",
        FEW,
    ),
    Mutant(
        "it calls a function",
        "switch-cost",
        "demos.switch_generators",
        '"""A function in the place of the generator."""\n'
        "from labs.programs.demos.switching import run, show\n"
        "had, shows = 0, False\n"
        "def other():\n"
        "    global had\n"
        "    had += 1\n"
        "    if shows:\n"
        "        show()\n"
        "def take_turns(turns, visibly):\n"
        "    global had, shows\n"
        "    had, shows = 0, visibly\n"
        "    for _ in range(turns):\n"
        "        other()\n"
        "    return had\n"
        "run(take_turns, __doc__)\n",
    ),
    Mutant(
        "the main thread sleeps and the other runs only when it is counted",
        "switch-cost",
        "demos.switch_threads",
        "        if not visibly:\n"
        "            import time\n"
        "\n"
        "            for _ in range(2 * turns):\n"
        "                time.sleep(0.000001)\n"
        "            return turns\n"
        "        for _ in range(turns):\n",
        "        for _ in range(turns):\n",
    ),
)
