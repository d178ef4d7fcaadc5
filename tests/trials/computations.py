"""What computations are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {
    "one-core": {
        "workers": ("2", "3", "5"),
        "cores": ("1", "2"),
        "seconds": ("0.06", "0.15"),
        "rounds": ("3", "5"),
    }
}
FEW = {"rounds": "3"}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.demos.standing import stand
from labs.programs.events import checkpoint, emit
checkpoint("begins")
for number in range(3):
    for kind, workers in (("coroutines", 1), ("threads", 2), ("processes", 2)):
        if not number:
            checkpoint("gathered", moment=kind)
        one = {"pieces": 100, "ran": 0.1 if kind == "processes" else 0.1 / workers, "queued": 0.0, "lasted": 0.1}
        emit("computed", kind=kind, shares=[one] * workers)
stand()
'''
MUTANTS = (
    Mutant("it only prints", "one-core", "demos.compute", PRINTS, given=FEW),
    Mutant(
        "the processes are threads",
        "one-core",
        "demos.compute",
        "processes = lambda *given: threads(*given)\nprocesses.__name__ = 'processes'\n"
        "KINDS = (coroutines, threads, processes)\n",
        "KINDS = (coroutines, threads, processes)\n",
        FEW,
    ),
    Mutant(
        "the processes sleep",
        "one-core",
        "demos.workers",
        "    global piece\n    piece = lambda: time.sleep(0.001)\n    (begun,)",
        "    (begun,)",
        FEW,
    ),
    Mutant(
        "the threads are one",
        "one-core",
        "demos.workers",
        "threading.Thread(target=work) for _ in range(1)",
        "threading.Thread(target=work) for _ in range(workers)",
        FEW,
    ),
    Mutant(
        "the processes compute one after the other",
        "one-core",
        "demos.workers",
        "    import fcntl\n    lock = open('/tmp/iolab-mutant', 'w')\n    fcntl.flock(lock, fcntl.LOCK_EX)\n"
        "    os.write(tells, json",
        "    os.write(tells, json",
        FEW,
    ),
)
