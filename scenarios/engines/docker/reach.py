"""Whether this host can be reached from inside containers: a listener here, attempts there."""

import socket
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from scenarios.engines.addresses import own_addresses
from scenarios.engines.docker.looker import Looker

# A host that can be reached answers within a millisecond, one without an address never.
WITHIN = 0.5  # seconds


@dataclass(frozen=True)
class Attempt:
    """One connection that was begun inside: to the host's address, from the container's own."""

    to: str
    source: str
    port: int


class Reach:
    """Listens on every IPv4 address of this host until it is closed; the networks of runs have no IPv6."""

    def __init__(self) -> None:
        """Listens at once; raises OSError."""
        self._listener = socket.create_server(("0.0.0.0", 0), backlog=1024)
        self._listener.settimeout(0)
        self._arrived: set[Attempt] = set()

    def begin(self, looker: Looker, addresses: Iterable[str]) -> "Begun":
        """Begins an attempt at each of these addresses and does not wait for it."""
        port = self._listener.getsockname()[1]
        said = looker.ask(" ".join(["try", str(port), *addresses]))
        attempts = [Attempt(words[1], words[2], int(words[3])) for words in map(str.split, said.splitlines())]
        return Begun(tuple(attempts), time.monotonic() + WITHIN)

    def reached(self, begun: "Begun") -> Sequence[str]:
        """The addresses at which attempts arrived here, once they had their time."""
        time.sleep(max(begun.until - time.monotonic(), 0))
        with suppress(BlockingIOError):
            while True:
                self._take(*self._listener.accept())
        return [attempt.to for attempt in begun.attempts if attempt in self._arrived]

    def _take(self, connection: socket.socket, peer: Any) -> None:
        with connection:
            self._arrived.add(Attempt(connection.getsockname()[0], peer[0], peer[1]))

    def close(self) -> None:
        """Listens no more."""
        self._listener.close()


@dataclass(frozen=True)
class Begun:
    """Attempts under way, and when (as time.monotonic counts) they had their time."""

    attempts: tuple[Attempt, ...]
    until: float


def gateways(network: dict[str, Any]) -> list[str]:
    """Where the host would be in a network, of the engine's own description: an engine that gives it no address there
    may not name it either, and then it is the first one.
    """
    configured = network["IPAM"]["Config"] or []
    return [one.get("Gateway") or str(next(ip_network(one["Subnet"]).hosts())) for one in configured]


def outer_addresses() -> list[str]:
    """This host's IPv4 addresses, those of loopback left out: inside, they mean the container itself."""
    return [address for address in own_addresses() if not ip_address(address).is_loopback]
