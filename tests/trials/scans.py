"""What scans are tried with."""

from tests.trials import Drawn, Mutant

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
)
