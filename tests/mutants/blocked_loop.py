"""Parameters and mutants of blocked_loop."""

from tests.mutants import Drawn, Mutant

OTHERS = {
    "kind": ("sleep", "compute"),
    "yields": ("no", "yes"),
    "stall": ("0.3", "0.6"),
    "rate": ("150", "220"),
    "duration": ("1.4", "2"),
}
POOLED = {**OTHERS, "yields": ("pool",)}
DRAWN: Drawn = {"blocked-loop": OTHERS, "blocked-loop-one": OTHERS, "blocked-loop-pool": POOLED}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import checkpoint, emit
checkpoint("connected")
checkpoint("finished", begun=0.0)
emit("requests", requests=[[n * 5000, n * 5000, n * 5000 + 100] for n in range(240)])
'''
YIELDING = 'if options.yields == "yes":'
# On a busy machine the lab needs a while to look at a server during its work.
LONG = {"stall": "2", "duration": "4"}
ANSWER = "    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:\n"
READ = (
    "            while request := await reader.read(1):\n"
    "                if request == WORK:\n                    await work(options)\n"
)
LOCKED = """            while request := await reader.read(1):
                async with lock:
                    for pause in parts(options) if request == WORK else ():
                        await asyncio.sleep(pause)
"""
OF_GREENLET = "    def answer(sock: socket.socket, _: object) -> None:\n"
RECEIVED = "                if request == WORK:\n                    work(options)\n"
LOCKED_GREENLET = """                with lock:
                    for pause in parts(options) if request == WORK else ():
                        gevent.sleep(pause)
"""
IN_LOOP, IN_THREAD = (
    "            await asyncio.sleep(pause)\n",
    "            await asyncio.to_thread(time.sleep, pause)\n",
)
MUTANTS = (
    Mutant(
        "a lock holds up the others, not the loop",
        "blocked-loop",
        "servers.work_asyncio",
        "    lock = asyncio.Lock()\n\n" + ANSWER + "        with leaving():\n" + LOCKED,
        ANSWER + "        with leaving():\n" + READ,
        LONG,
    ),
    Mutant(
        "a lock holds up the other greenlets, not the hub",
        "blocked-loop",
        "servers.work_gevent",
        "    from gevent.lock import BoundedSemaphore\n\n    lock = BoundedSemaphore()\n\n"
        + OF_GREENLET
        + "        with leaving():\n            while request := sock.recv(1):\n"
        + LOCKED_GREENLET,
        OF_GREENLET + "        with leaving():\n            while request := sock.recv(1):\n" + RECEIVED,
        LONG,
    ),
    Mutant(
        "it waits in epoll instead of blocking",
        "blocked-loop",
        "servers.work_epoll",
        "            selectors.EpollSelector().select(pause)\n",
        "            time.sleep(pause)\n",
        LONG,
    ),
    Mutant("the work has a thread", "blocked-loop", "servers.work_asyncio", IN_THREAD, IN_LOOP, {"yields": "yes"}),
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
        "it blocks the loop beside an idle pool",
        "blocked-loop-pool",
        "servers.work_pool",
        "pool.submit(int) and block(options)",
        "await loop.run_in_executor(pool, block, options)",
    ),
    Mutant(
        "it waits in the loop though it has a pool",
        "blocked-loop-pool",
        "servers.work_pool",
        "[await asyncio.sleep(pause) for pause in (options.seconds,)]",
        "await loop.run_in_executor(pool, block, options)",
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
        "clients.constant_rate",
        "requests.append((sent, sent,",
        "requests.append((intended, sent,",
    ),
    Mutant("it only prints", "blocked-loop", "clients.constant_rate", PRINTS),
    Mutant(
        "its epoll is poll",
        "blocked-loop",
        "servers.work_epoll",
        "selectors.PollSelector()",
        "selectors.EpollSelector()",
    ),
    Mutant(
        "its pool does nothing and the loop has a timer",
        "blocked-loop-pool",
        "servers.work_pool",
        "                    from labs.programs.servers.working import parts\n"
        "\n"
        "                    pool.submit(int)\n"
        "                    for pause in parts(options):\n"
        "                        await asyncio.sleep(pause)\n",
        "                    await loop.run_in_executor(pool, block, options)\n",
    ),
    Mutant(
        "the client makes its times up",
        "blocked-loop-one",
        "clients.constant_rate",
        "        if number == at:\n"
        "            time.sleep(work.stall)\n"
        "        requests.append((intended, sent, time.monotonic_ns() + 100_000))\n",
        "        ask(asking)\n        requests.append((intended, sent, time.monotonic_ns()))\n",
    ),
    Mutant(
        "its sleep spins",
        "blocked-loop",
        "servers.work_epoll",
        "            done = time.monotonic() + pause\n"
        "            while time.monotonic() < done:\n"
        "                pass\n",
        "            time.sleep(pause)\n",
        {"stall": "3", "duration": "6", "rate": "34"},
    ),
)
