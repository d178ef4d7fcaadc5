"""Creates a network of its own, with loopback up, prints `ready`, and holds the network until its standard input ends.

The standard input is a socket. Before that word it sends over the socket a netlink socket that was made in the network.
network.py runs this file as `python -I -S FILE` before each run's services start, so it imports only what is quick to
import: with socket and pathlib it would take twice as long.
"""

import _socket
import ctypes
import fcntl
import os
import struct
import sys

# linux/sched.h, linux/socket.h, linux/sockios.h, linux/if.h
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
AF_INET, SOCK_DGRAM = 2, 2
AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG = 16, 3, 4
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
READY = "ready"


def call(name: str, *arguments: int) -> int:
    """One function of the C library that returns -1 and sets errno when it fails; raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    result: int = getattr(libc, name)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def take_network() -> None:
    """Enters a new network namespace, within a new user namespace where only that is allowed; raises OSError.

    The user keeps his own id in it, so a program that is started there gains no capabilities.
    """
    user, group = os.getuid(), os.getgid()
    try:
        call("unshare", CLONE_NEWNET)
    except PermissionError:
        call("unshare", CLONE_NEWUSER | CLONE_NEWNET)
        # user_namespaces(7): without privileges a gid_map is accepted only once setgroups is given up.
        write("setgroups", "deny")
        write("uid_map", f"{user} {user} 1")
        write("gid_map", f"{group} {group} 1")


def write(name: str, text: str) -> None:
    """Writes to a file of /proc/self; raises OSError."""
    descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
    os.write(descriptor, text.encode("ascii"))
    os.close(descriptor)


def raise_loopback() -> None:
    """Sets the interface `lo` up (netdevice(7)); raises OSError, as where user namespaces have no capabilities."""
    any_socket = call("socket", AF_INET, SOCK_DGRAM, 0)
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", IFF_UP))
    os.close(any_socket)


def hand_over_netlink() -> None:
    """Sends a netlink socket of this network to the parent process (unix(7)), which counts sockets with it."""
    try:
        netlink = _socket.socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG)
        starter = _socket.socket(fileno=0)
        rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, struct.pack("i", netlink.fileno()))]
        starter.sendmsg([b"."], rights)
        starter.detach()
    except OSError:
        return  # a kernel without netlink: sockets are not counted


if __name__ == "__main__":
    try:
        take_network()
        raise_loopback()
        hand_over_netlink()
    except OSError as error:
        sys.exit(str(error))
    print(READY, flush=True)
    sys.stdin.read()
