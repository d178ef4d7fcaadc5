"""Support for outcome checks: whether clients read all that came, by the kernel's count of connections in a network."""

from pathlib import Path

from testinfra.host import Host

from scenarios.errors import Unavailable


def all_was_read(host: Host) -> None:
    """Fails if a connection in the network of a machine was closed with unread bytes.

    A connection that was reset on purpose does not count if all of its bytes had been read. Raises Unavailable if the
    kernel counts connections of others too.
    """
    network, _, told = host.run("readlink /proc/self/ns/net; cat /proc/net/netstat").stdout.partition("\n")
    names, numbers = (*(line.split() for line in told.splitlines()[:2]), [], [])[:2]
    counted = dict(zip(names, numbers, strict=True))
    if "TCPAbortOnClose" not in counted or network == str(Path("/proc/self/ns/net").readlink()):
        raise Unavailable("this machine does not count the connections of this run that were closed with unread bytes")
    assert counted["TCPAbortOnClose"] == "0", f"{counted['TCPAbortOnClose']} connections were closed with unread bytes"
