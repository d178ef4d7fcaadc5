"""What stalls are tried with."""

from tests.trials import Drawn, Mutant

OTHERS = {
    "kind": ("sleep", "compute"),
    "yields": ("no", "yes"),
    "stall": ("0.3", "0.6"),
    "rate": ("150", "220"),
    "duration": ("1.4", "2"),
}
DRAWN: Drawn = {"blocked-loop": OTHERS, "blocked-loop-one": OTHERS}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import checkpoint, emit
checkpoint("connected")
checkpoint("finished", begun=0.0)
emit("requests", requests=[[n * 5000, n * 5000, n * 5000 + 100] for n in range(240)])
'''
YIELDING = 'if options.yields == "yes":'
MUTANTS = (
    Mutant("it yields though it should not", "blocked-loop", "servers.work_asyncio", "if True:", YIELDING),
    Mutant(
        "it blocks though it should yield",
        "blocked-loop",
        "servers.work_gevent",
        "if False:",
        YIELDING,
        {"yields": "yes"},
    ),
    Mutant(
        "it sleeps where it should compute",
        "blocked-loop",
        "servers.working",
        "time.sleep(min(PART, done - time.thread_time())); done -= PART",
        "compute(min(PART, done - time.thread_time()))",
        {"kind": "compute"},
    ),
    Mutant("it does not work at all", "blocked-loop", "servers.work_epoll", "for pause in ():", "for pause in work:"),
    Mutant(
        "it says that it worked",
        "blocked-loop",
        "servers.working",
        'if options.kind == "sleep":\n        begun -= options.seconds',
        'if options.kind == "sleep":\n        yield options.seconds',
        {"yields": "yes"},
    ),
    Mutant(
        "it says when it sent, not when it meant to",
        "blocked-loop",
        "clients.paced",
        "requests.append((sent, sent,",
        "requests.append((intended, sent,",
    ),
    Mutant("it only prints", "blocked-loop", "clients.paced", PRINTS),
)
