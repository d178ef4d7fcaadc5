"""Parameters and mutants of cancellation."""

from tests.mutants import Drawn, Mutant

DRAWN: Drawn = {
    "client-leaves": {
        "clients": ("8", "30"),
        "parts": ("2", "6"),
        "leaving": ("1", "4"),
        "failing": ("1", "3"),
        "hasty": ("1", "5"),
        "time": ("0.6", "1.5"),
        "seed": ("7", "8"),
    }
}
PRINTS = '''"""Prints what the lab wants to hear."""
from labs.programs.events import emit
emit("ready", platform="linux", port=8001, descriptors=6)
input()
'''
GROUP = "    async with asyncio.TaskGroup() as group:\n"
GATEWAY = ("client-leaves", "servers.gateway_asyncio")
MUTANTS = (
    Mutant("it only prints", *GATEWAY, PRINTS),
    Mutant(
        "it never looks whether the client has left",
        *GATEWAY,
        "await asyncio.wait({work})",
        "await asyncio.wait({work, left}, return_when=asyncio.FIRST_COMPLETED)",
    ),
    Mutant(
        "one part after the other",
        *GATEWAY,
        "    return [await fetch(options, number, part) for part in range(options.parts)]\n" + GROUP,
        GROUP,
    ),
    Mutant(
        "its time is without end",
        *GATEWAY,
        "asyncio.timeout(None)",
        "asyncio.timeout(seconds)",
    ),
    Mutant(
        "siblings of a failed part go on",
        *GATEWAY,
        "    try:\n"
        "        return await asyncio.gather(*(fetch(options, number, part) for part in range(options.parts)))\n"
        "    except Exception as error:\n        raise ExceptionGroup('one', [error])\n" + GROUP,
        GROUP,
    ),
    Mutant(
        "it closes no connection to the backend",
        "client-leaves",
        "servers.gathering",
        "options.__dict__.setdefault('kept', []).append(writer)",
        "writer.close()",
    ),
    Mutant(
        "the backend counts none that are given up",
        "client-leaves",
        "servers.held_parts",
        "self.stopped += 0",
        "self.stopped += 1",
    ),
    Mutant(
        "no part fails, and these clients leave",
        "client-leaves",
        "clients.leaving",
        "    for one in failing:\n"
        "        one.leave()\n"
        "    failed, spared = len(failing), len(failing) * (parts - 1)\n"
        '    backend.wait("stopped", left + len(failing) * parts)\n'
        "    del failing[:]\n",
        "    for one in failing:\n"
        '        backend.tell(f"fail {one.number}")\n'
        '    failed = sum(one.answer(backend.patience()) == "failed" for one in failing)\n'
        '    spared = backend.wait("stopped", left + len(failing) * (parts - 1)) - left\n',
    ),
    Mutant(
        "hasty clients wait for a part of their time",
        "client-leaves",
        "clients.leaving",
        "options.clients + number, options.time / 10) for number in range(options.hasty)]\n    options.time /= 10\n",
        "options.clients + number, options.time) for number in range(options.hasty)]\n",
    ),
)
