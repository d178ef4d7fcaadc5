"""Whether this machine answers from inside a run's network: the lab listens on all addresses while a command tries."""

import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from scenarios.engines.addresses import own_addresses
from scenarios.engines.base import Executed
from scenarios.engines.local import knock
from scenarios.errors import LabFailure

SHARED = "the services share this machine's network"


def reached(execute: Callable[[Sequence[str]], Executed]) -> list[str]:
    """The addresses at which a command, run by `execute`, got through to the lab; raises LabFailure."""
    addresses = sorted({*own_addresses(), "127.0.0.1"})
    with socket.create_server(("0.0.0.0", 0), backlog=len(addresses) + 8) as listener:
        port = str(listener.getsockname()[1])
        done = execute([sys.executable, "-I", "-S", knock.__file__, port, *addresses])
        if done.exit_status != 0:
            said = done.stderr.decode(errors="replace").strip()
            raise LabFailure(f"whether this machine answers could not be tried: {said or done.exit_status}")
        # What answered inside may be a service of the run; what came here came from anybody. Both together are a way.
        return sorted(set(done.stdout.decode().split()) & _at_which_somebody_came(listener))


def _at_which_somebody_came(listener: socket.socket) -> set[str]:
    addresses = set()
    listener.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            with listener.accept()[0] as accepted:
                addresses.add(str(accepted.getsockname()[0]))
    return addresses
