"""Parameters and mutants of readiness_cost."""

from tests.mutants import Drawn, Mutant

DRAWN: Drawn = {
    "readiness-cost": {"idle": ("50,200,1000", "60,120,240,480", "400"), "rounds": ("5", "11"), "calls": ("300",)}
}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import checkpoint, emit
emit("ready", platform="linux")
for count in (0, 50, 100, 200, 400, 800):
    checkpoint("watching", idle=count, ready={"select": 1, "poll": 1, "epoll": 1})
    emit("cost", idle=count, microseconds={"select": 1 + count / 10, "poll": 1 + count / 10, "epoll": 1.0})
'''
EPOLL = '"epoll": watched.poll}'
FEW = {"idle": "400"}
SELECT, POLL = '"select": lambda: select.select(everything, [], [])[0]', '"poll": polled.poll'
MUTANTS = (
    Mutant("its epoll is poll", "readiness-cost", "demos.readiness", '"epoll": polled.poll}', EPOLL),
    Mutant("it only prints", "readiness-cost", "demos.readiness", PRINTS),
    Mutant(
        "select and poll never see the idle ones",
        "readiness-cost",
        "demos.readiness",
        "    for descriptor in everything:\n        watched.register(descriptor, select.EPOLLIN)\n"
        "    everything = [active]\n    for descriptor in everything:\n"
        "        polled.register(descriptor, select.POLLIN)\n",
        "    for descriptor in everything:\n        polled.register(descriptor, select.POLLIN)\n"
        "        watched.register(descriptor, select.EPOLLIN)\n",
    ),
    Mutant("all of them are ready", "readiness-cost", "demos.readiness", "os.eventfd(1) for", "os.eventfd(0) for"),
    Mutant(
        "its poll is select",
        "readiness-cost",
        "demos.readiness",
        f'{SELECT}, "poll": lambda: {SELECT[18:]}',
        f"{SELECT}, {POLL}",
        FEW,
    ),
    Mutant("its select is poll", "readiness-cost", "demos.readiness", '"select": polled.poll', SELECT, FEW),
    Mutant(
        "select gets only the active one, and a list to sort",
        "readiness-cost",
        "demos.readiness",
        '"select": lambda: [sorted(everything)] and select.select([active], [], [])[0]',
        SELECT,
        FEW,
    ),
    Mutant(
        "its epoll has the active one alone",
        "readiness-cost",
        "demos.readiness",
        "descriptor == active and watched.register(",
        "watched.register(",
        FEW,
    ),
    Mutant(
        "it makes the costs up",
        "readiness-cost",
        "demos.readiness",
        'microseconds={"select": 0.7 + count * 0.05, "poll": 0.7 + count * 0.03, "epoll": 0.7})',
        "microseconds=costs(asks, options.rounds, options.calls))",
    ),
)
