"""Parameters and mutants of parallel_cpu."""

from tests.mutants import Drawn, Mutant

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
from labs.programs.demos.stay_alive import stay_alive
from labs.programs.events import checkpoint, emit
checkpoint("begins")
for number in range(3):
    for kind, workers in (("coroutines", 2), ("threads", 2), ("processes", 2)):
        if not number:
            checkpoint("gathered", moment=kind)
        one = {"pieces": 100, "ran": 0.1 if kind == "processes" else 0.1 / workers, "queued": 0.0, "lasted": 0.1}
        emit("computed", kind=kind, shares=[one] * workers)
stay_alive()
'''
COMPUTES = "            piece()\n            pieces += 1\n            await asyncio.sleep(0)\n"
ONE_COMPUTES = """    def work() -> None:
        account = Account()
        gate.wait()
        shares.append(Share(0, 0.0, 0.0, seconds))
        if len(shares) > 1:
            return time.sleep(seconds)
        shares[0] = compute(account.begin(begins[0]), seconds)

    def unused() -> None:
"""
MUTANTS = (
    Mutant(
        "everything sleeps",
        "one-core",
        "demos.parallel_cpu_workers",
        "    time.sleep(0.0005)\n    return 1\n",
        "    return sum(number * number for number in range(5000))\n",
        FEW,
    ),
    Mutant(
        "the coroutines sleep",
        "one-core",
        "demos.parallel_cpu_workers",
        COMPUTES.replace("piece()", "time.sleep(0.0005)"),
        COMPUTES,
        FEW,
    ),
    Mutant(
        "one coroutine does all",
        "one-core",
        "demos.parallel_cpu_workers",
        "*(work(account) for _ in range(1))",
        "*(work(account) for _ in range(workers))",
        FEW,
    ),
    Mutant(
        "the coroutines compute in threads",
        "one-core",
        "demos.parallel_cpu_workers",
        COMPUTES.replace("piece()", "await asyncio.to_thread(piece)"),
        COMPUTES,
        FEW,
    ),
    Mutant(
        "one of the threads computes",
        "one-core",
        "demos.parallel_cpu_workers",
        ONE_COMPUTES,
        "    def work() -> None:\n",
        FEW,
    ),
    Mutant("it only prints", "one-core", "demos.parallel_cpu", PRINTS, given=FEW),
    Mutant(
        "the processes are threads",
        "one-core",
        "demos.parallel_cpu",
        "processes = lambda *given: threads(*given)\nprocesses.__name__ = 'processes'\n"
        "KINDS = (coroutines, threads, processes)\n",
        "KINDS = (coroutines, threads, processes)\n",
        FEW,
    ),
    Mutant(
        "the processes sleep",
        "one-core",
        "demos.parallel_cpu_workers",
        "    global piece\n    piece = lambda: time.sleep(0.001)\n    (begun,)",
        "    (begun,)",
        FEW,
    ),
    Mutant(
        "the threads are one",
        "one-core",
        "demos.parallel_cpu_workers",
        "threading.Thread(target=work) for _ in range(1)",
        "threading.Thread(target=work) for _ in range(workers)",
        FEW,
    ),
    Mutant(
        "the processes compute one after the other",
        "one-core",
        "demos.parallel_cpu_workers",
        "    import fcntl\n    lock = open('/tmp/iolab-mutant', 'w')\n    fcntl.flock(lock, fcntl.LOCK_EX)\n"
        "    os.write(write_end, json",
        "    os.write(write_end, json",
        FEW,
    ),
    Mutant(
        "its threads idle and the main one computes",
        "one-core",
        "demos.parallel_cpu_workers",
        "    whole = compute(Account().begin(begins[0]), seconds)\n"
        "    gate.set()\n"
        "    for thread in begun:\n"
        "        thread.join()\n"
        "    time.sleep(0.05)\n"
        "    return [whole.part(whole.pieces // workers, workers)] * workers\n",
        "    gate.set()\n    for thread in begun:\n        thread.join()\n",
    ),
    Mutant(
        "its coroutines sleep half of the time",
        "one-core",
        "demos.parallel_cpu_workers",
        "            pieces += 2\n            time.sleep(0.0002)\n",
        "            pieces += 1\n",
    ),
)
