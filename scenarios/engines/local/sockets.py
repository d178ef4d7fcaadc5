"""How many TCP sockets of one address programs have, as the kernel says over netlink (sock_diag(7)).

/proc/net/tcp tells the same and costs ten times as much, most of it whether there are sockets or not.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress

from scenarios.scenario import Address

# linux/netlink.h, linux/sock_diag.h
NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, REQUEST_DUMP, ERROR, DONE = 4, 20, 0x301, 2, 3
# Listeners, connections, and those whose other side has ended them (net/tcp_states.h).
STATES = 1 << 10 | 1 << 1 | 1 << 8
# Struct nlmsghdr, then struct inet_diag_req_v2; of an answer its length and its kind, and where in it the own address
# and the inode stand (struct inet_diag_msg).
QUESTION = struct.Struct("=IHHII BBBxI 2s2s32xI8s")
HEAD = struct.Struct("=IH")
OWN, INODE, NONE = 24, 84, bytes(4)
SIZE = 1 << 17


def opened() -> int | None:
    """The descriptor of a netlink socket of this process's network; None on a system without."""
    family = getattr(socket, "AF_NETLINK", None)
    with suppress(OSError):
        return None if family is None else socket.socket(family, socket.SOCK_RAW, NETLINK_SOCK_DIAG).detach()
    return None


class Sockets:
    """Counts those of the network in which its netlink socket was made."""

    def __init__(self, netlink: int | None) -> None:
        """Takes its descriptor over; without one nothing can be counted."""
        self._netlink = netlink

    def count(self, address: Address) -> int | None:
        """Listeners and accepted connections of the address; None where it cannot be known.

        A connection that waits to be accepted is no program's yet: it has no inode.
        """
        if self._netlink is None:
            return None
        own = socket.inet_aton(address.host)
        try:
            os.write(self._netlink, _question(address.port))
            return sum(
                said[at + OWN : at + OWN + len(own)] == own and said[at + INODE : at + INODE + 4] != NONE
                for said, at in self._answers(self._netlink)
            )
        except OSError:
            self.close()
            return None

    def _answers(self, netlink: int) -> Iterator[tuple[bytes, int]]:
        """Where each answer begins; raises OSError when there is none."""
        while True:
            said, at = os.read(netlink, SIZE), 0
            while at < len(said):
                length, kind = HEAD.unpack_from(said, at)
                if kind == DONE:
                    return
                if kind == ERROR:
                    raise OSError
                yield said, at
                at += length + 3 & ~3

    def close(self) -> None:
        """Lets go; from now on nothing can be counted."""
        if self._netlink is not None:
            os.close(self._netlink)
        self._netlink = None


def _question(port: int) -> bytes:
    """All TCP sockets over IPv4, which alone the programs speak, with that port as their own."""
    ours = (socket.AF_INET, socket.IPPROTO_TCP, 0, STATES, port.to_bytes(2, "big"), b"\0\0", 0, b"\xff" * 8)
    return QUESTION.pack(QUESTION.size, SOCK_DIAG_BY_FAMILY, REQUEST_DUMP, 1, 0, *ours)
