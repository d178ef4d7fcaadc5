"""The addresses of this host: what must not answer from inside a service's machine."""

import socket

import psutil


def own_addresses() -> list[str]:
    """Every IPv4 address of this host, sorted."""
    of_all = psutil.net_if_addrs().values()
    return sorted({one.address for of_one in of_all for one in of_one if one.family == socket.AF_INET})
