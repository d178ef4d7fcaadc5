"""Takes a network of its own, with loopback up, says `ready`, and holds it until its standard input ends.

local_network.py runs this file as `python -I -S FILE`, so it imports the standard library alone.
"""

import ctypes
import fcntl
import os
import socket
import struct
import sys
from pathlib import Path

# linux/sched.h, linux/sockios.h, linux/if.h
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
READY = "ready"


def take_network() -> None:
    """Enters a new network namespace, within a new user namespace where only that is allowed; raises OSError.

    The user keeps his own id in it, so a program that is started there gains no capabilities.
    """
    ids = {"uid_map": os.getuid(), "gid_map": os.getgid()}
    try:
        unshare(CLONE_NEWNET)
    except PermissionError:
        unshare(CLONE_NEWUSER | CLONE_NEWNET)
        # user_namespaces(7): without privileges a gid_map is accepted only once setgroups is given up.
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        for name, number in ids.items():
            Path("/proc/self", name).write_text(f"{number} {number} 1", encoding="ascii")


def unshare(flags: int) -> None:
    """unshare(2); os.unshare came with Python 3.12. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags):
        number = ctypes.get_errno()
        raise OSError(number, f"unshare: {os.strerror(number)}")


def raise_loopback() -> None:
    """Sets the interface `lo` up (netdevice(7)); raises OSError, as where user namespaces have no capabilities."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", IFF_UP))


if __name__ == "__main__":
    try:
        take_network()
        raise_loopback()
    except OSError as error:
        sys.exit(str(error))
    print(READY, flush=True)
    sys.stdin.read()
