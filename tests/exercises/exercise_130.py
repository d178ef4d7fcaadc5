"""What a server that has work to do is tried with."""

from tests.exercises import Program

STARTER = "longest"
PRINTS = """\
import sys, time
from labs.programs.events import emit
emit("ready", platform=sys.platform, port=8001, loop="asyncio")
emit("worked", kind="sleep", begun=time.monotonic(), seconds=0.6)
time.sleep(1000)
"""
YIELD = "        await asyncio.sleep(pause)\n"
LEFT_OUT = """\
    import time

    from labs.programs.events import emit

    emit("worked", kind=options.kind, begun=time.monotonic(), seconds=options.seconds)
    return
"""
THREAD = """\
    await asyncio.to_thread(lambda: [__import__("time").sleep(pause) for pause in parts(options)])
    return
"""
OWN_THREAD = """\
    import threading
    import time

    done, loop = asyncio.Event(), asyncio.get_running_loop()

    def works() -> None:
        for pause in parts(options):
            time.sleep(pause)
        loop.call_soon_threadsafe(done.set)

    threading.Thread(target=works).start()
    await done.wait()
"""
GEVENT = """\
from gevent import monkey

monkey.patch_all()

import time

import gevent
from gevent.server import StreamServer

from labs.programs.servers.working import WORK, leaving, parse, parts, ready

options = parse(None, None)


def answer(sock, _address):
    with sock, leaving():
        while request := sock.recv(1):
            if request == WORK:
                for pause in parts(options):
                    gevent.sleep(pause)
            sock.sendall(request)


server = StreamServer((options.host, options.port), answer)
server.start()
ready(server.server_port, "asyncio")
server.serve_forever()
"""
WRONG = (
    Program("it only prints", "server.py", PRINTS, finding="error"),
    Program(
        "the work is left out, and said to be done",
        "server.py",
        LEFT_OUT,
        "    for pause in parts(options):\n        await asyncio.sleep(pause)\n",
        "the_work_was_answered_no_sooner_than_it_takes",
    ),
    Program(
        "a thread works, and is gone",
        "server.py",
        OWN_THREAD,
        "    for pause in parts(options):\n        await asyncio.sleep(pause)\n",
        "one_thread_serves_all_before_and_after_the_work",
    ),
    Program("it sleeps with time's sleep", "server.py", "        __import__('time').sleep(pause)\n", YIELD, "longest"),
    Program(
        "it yields once, before the work",
        "server.py",
        "        __import__('time').sleep(pause)\n    await asyncio.sleep(0)\n",
        YIELD,
        "longest",
    ),
    Program(
        "a thread works",
        "server.py",
        THREAD,
        "    for pause in parts(options):\n        await asyncio.sleep(pause)\n",
        "one_thread_serves_all_before_and_after_the_work",
    ),
)
OTHERS = (Program("gevent's loop", "server.py", GEVENT),)
