"""Support for outcome checks: whether clients read all that came, by the kernel's count of connections in a network."""

from pathlib import Path

from testinfra.host import Host

from scenarios.errors import Unavailable
from scenarios.judging.network import counter


def all_was_read(host: Host) -> None:
    """Fails if a connection in the network of a machine was closed with unread bytes.

    A connection that was reset on purpose does not count if all of its bytes had been read. Raises Unavailable if the
    kernel counts connections of others too.
    """
    aborted = counter(host, "TCPAbortOnClose")
    shared = host.run("readlink /proc/self/ns/net").stdout.strip() == str(Path("/proc/self/ns/net").readlink())
    if aborted is None or shared:
        raise Unavailable("this machine does not count the connections of this run that were closed with unread bytes")
    assert aborted == 0, f"{aborted} connections were closed with unread bytes"
