"""Whether this host can be reached from inside a service's machine: a listener here, attempts to connect there.

Both ends are compared: a service of the run may answer inside, and a stranger may connect here.
"""

import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import psutil

from scenarios.system.proc_probe import CONNECT_WITHIN


def own_addresses() -> list[str]:
    """Every IPv4 address of this host, sorted."""
    of_all = psutil.net_if_addrs().values()
    return sorted({one.address for of_one in of_all for one in of_one if one.family == socket.AF_INET})


def outer_addresses() -> list[str]:
    """This host's IPv4 addresses without those of loopback: inside a container, these mean the container itself."""
    return [address for address in own_addresses() if not address.startswith("127.")]


@dataclass(frozen=True)
class Attempts:
    """Connections that were begun inside, each as (host's address, own address, own port) in words, and until when
    (on time.monotonic) they may come about.
    """

    begun: tuple[tuple[str, ...], ...]
    until: float

    @classmethod
    def under_way(cls, lines: Iterable[str]) -> "Attempts":
        """Those that proc_probe's `connect` told just now."""
        return cls(tuple(tuple(line.split()) for line in lines if line), time.monotonic() + CONNECT_WITHIN)


class HostListener:
    """Listens on every IPv4 address of this host until it is closed; the networks of runs have no IPv6."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("0.0.0.0", 0), backlog=1024)
        self._listener.settimeout(0)
        self._arrived: set[tuple[str, ...]] = set()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def reached(self, attempts: Attempts) -> list[str]:
        """The addresses at which these attempts arrived, after the time they may take."""
        if attempts.begun:
            time.sleep(max(attempts.until - time.monotonic(), 0))
        with suppress(BlockingIOError):
            while True:
                connection, (address, port) = self._listener.accept()
                with connection:
                    self._arrived.add((connection.getsockname()[0], address, str(port)))
        return [attempt[0] for attempt in attempts.begun if attempt in self._arrived]

    def close(self) -> None:
        self._listener.close()
