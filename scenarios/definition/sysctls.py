"""The sysctls that a service may set: those of its own network, and the values that the kernel takes."""

import re

SOMAXCONN, PORT_RANGE = "net.core.somaxconn", "net.ipv4.ip_local_port_range"
NAMES = r"^net\.(core\.somaxconn|ipv4\.(ip_local_port_range|tcp_[a-z0-9_]{1,60}))$"
HIGHEST_PORT, LARGEST = 65535, 2**31 - 1
NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)
# Of tcp_*: numbers such as those of tcp_rmem, or names such as those of tcp_congestion_control.
WORDS = re.compile(r"-?[a-z0-9][a-z0-9_-]*( +-?[a-z0-9][a-z0-9_-]*)*", re.ASCII)


def problem(name: str, value: str) -> str | None:
    """The fault of a value, such as `it must be a whole number`; None if it has none."""
    words = value.split()
    numbers = [int(word) for word in words if NUMBER.fullmatch(word)]
    if name == SOMAXCONN:
        right = len(words) == len(numbers) == 1 and numbers[0] <= LARGEST
        return None if right else f"it must be a whole number from 0 to {LARGEST}"
    if name == PORT_RANGE:
        right = len(words) == len(numbers) == 2 and 1 <= numbers[0] <= numbers[1] <= HIGHEST_PORT
        return None if right else f"it must be the lowest and the highest port, from 1 to {HIGHEST_PORT}: '32768 60999'"
    return None if WORDS.fullmatch(value) else "it must be numbers, or names in small letters, with spaces between them"
