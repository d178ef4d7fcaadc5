"""Clients of a gateway that leave, that have no time, or whose answer fails, and what the backend sees of their work.

python -m labs.programs.clients.leaving --port 8001 --backend 127.0.0.1:8002 --clients 12 --leaving 4 --failing 2
"""

import socket
import sys
import time

from labs.programs.clients.leaving_backend import Control
from labs.programs.clients.leaving_client import Client, arguments, split
from labs.programs.events import checkpoint
from labs.programs.parts import text_of

LONG = 600.0  # seconds that a client waits that is in no hurry


def main() -> int:
    """Returns 0 when every client got its answer."""
    options = arguments(__doc__)
    gateway, parts = (socket.gethostbyname(options.to), options.port), options.parts
    backend = Control(options.backend)
    checkpoint("ready", platform=sys.platform)

    clients = [Client(gateway, number, LONG) for number in range(options.clients)]
    at_once = backend.wait("held", options.clients * parts)
    checkpoint("asked")

    leaving, failing, staying = split(clients, options)
    for one in leaving:
        one.leave()
    left = backend.wait("stopped", len(leaving) * parts)
    checkpoint("left")

    for one in failing:
        backend.tell(f"fail {one.number}")
    failed = sum(one.answer(backend.patience()) == "failed" for one in failing)
    spared = backend.wait("stopped", left + len(failing) * (parts - 1)) - left

    before = backend.tell("count")
    hasty = [Client(gateway, options.clients + number, options.time) for number in range(options.hasty)]
    answers = [(one.answer(options.time + backend.patience()), time.monotonic() - one.begun) for one in hasty]
    late = sum(answer == "late" and passed >= options.time for answer, passed in answers)
    backend.wait("held", before["held"], exactly=True)
    kept = backend.tell("count")["held"] - before["held"]

    asked = backend.tell("release")["asked"]
    whole = {one.number: [text_of(options.seed, one.number, part) for part in range(parts)] for one in staying}
    answered = sum(one.answer(backend.patience()).split() == ["done", *whole[one.number]] for one in staying)
    for one in (*failing, *hasty, *staying):
        one.answer(backend.patience())  # until the gateway has closed the connection
        one.sock.close()
    counts = {"at_once": at_once, "asked": asked, "left": left, "failed": failed, "spared": spared, "late": late}
    checkpoint("finished", **counts, kept=kept, answered=answered, overslept=round(backend.overslept, 4))
    return 0 if answered == len(staying) else 1


if __name__ == "__main__":
    sys.exit(main())
