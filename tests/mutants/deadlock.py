"""Parameters and mutants of deadlock."""

from tests.mutants import Drawn, Mutant

DRAWN: Drawn = {"deadlock": {"threads": ("3", "8", "20"), "order": ("opposite", "same")}}
PRINTS = '''"""Says that nobody finished, and has no threads."""
import threading
from labs.programs.events import emit
emit("ready", platform="linux", finished=0)
threading.Event().wait()
'''
SAME = 'if options.order == "same":'
STUCK = """\"\"\"Threads that wait, and not for locks of a ring.\"\"\"
import sys, threading, time
from labs.programs.events import emit
for _ in range(2):
    threading.Thread(target=WAIT, daemon=True).start()
emit("ready", platform=sys.platform, finished=0)
threading.Event().wait()
"""
NO_LOCKS = """\"\"\"Threads that take no locks.\"\"\"
import sys, threading
from labs.programs.events import emit
for _ in range(2):
    one = threading.Thread(target=int)
    one.start()
    one.join()
emit("ready", platform=sys.platform, finished=2)
threading.Event().wait()
"""
WORK = """    with first:
        with suppress(threading.BrokenBarrierError):
            have_one.wait(TOGETHER)
        with second:
            done.append(True)
"""
GATED = """    import _thread
    with vars(threading).setdefault("gate", _thread.allocate_lock()):
        if len(done) % 2:
            first, second = second, first
        with first, second:
            done.append(True)
"""
RING = "demos.ring_of_locks"
MUTANTS = (
    Mutant("its threads sleep for an hour", "deadlock", RING, STUCK.replace("WAIT", "lambda: time.sleep(3600)")),
    Mutant("its threads wait for no lock", "deadlock", RING, STUCK.replace("WAIT", "lambda: threading.Event().wait()")),
    Mutant("it has no locks", "deadlock", RING, NO_LOCKS, given={"order": "same"}),
    Mutant("it only prints", "deadlock", "demos.ring_of_locks", PRINTS),
    Mutant(
        "it takes them in one order",
        "deadlock",
        "demos.ring_of_locks",
        "if options.order:",
        'if options.order == "same":',
    ),
    Mutant(
        "it takes them as they come",
        "deadlock",
        "demos.ring_of_locks",
        "if not options.order:",
        SAME,
        {"order": "same"},
    ),
    Mutant(
        "they give up after a minute",
        "deadlock",
        RING,
        "if second.acquire(timeout=60):",
        "with second:",
    ),
    Mutant("a gate lets them take the locks in opposite orders", "deadlock", RING, GATED, WORK, {"order": "same"}),
    Mutant(
        "it tries again and again",
        "deadlock",
        "demos.ring_of_locks",
        "while not second.acquire(timeout=0.01):\n            pass\n        if second:",
        "with second:",
    ),
)
