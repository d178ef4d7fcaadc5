"""How much memory a server keeps for its peers, however they behave: a bound for each, and so one for all. Pure.

A server is bounded if no peer can make it keep more by asking for more. For a peer that sends requests and does not
read, the transfer server keeps the last chunk that it read and has not parsed yet, a few answers whose bodies are views
of the one download, and three hashing states; for an idle peer, the objects of a connection.
"""

CHUNK = 64 * 1024
BESIDE_THE_CHUNK = 8 * 1024
IDLE = 1024
# What reading, hashing and the selector themselves need, for any peers.
WORKING = 4 * 1024**2
# Connections that are open at the same time with one client of each hostile behaviour: eighteen have one each, one
# opens twenty and then closes them, and one has a connection for each of seven lies.
AT_ONCE = 18 + 20 + 7
# Connections whose peers have gone before the server noticed: it accepts at most so many in one turn of its loop, and
# notices in the next.
UNHEARD = 2 * 256


# The buffer that the server asks the kernel for, each way. Linux doubles it for its own bookkeeping, and then no longer
# grows it by itself; accepted sockets inherit it from the listener (socket(7), tcp(7)).
KERNEL_BUFFER = 128 * 1024
DOUBLED = 2


def in_kernel(clients: int, each: int) -> int:
    """The most bytes that the kernel buffers for all peers of the server, in both directions."""
    return connections(clients, each) * 2 * DOUBLED * KERNEL_BUFFER


def connections(clients: int, each: int) -> int:
    """The most connections that a server has at the same time, to well-behaved and hostile clients."""
    return clients + each * AT_ONCE


def kept(clients: int, each: int) -> int:
    """The most bytes that a server uses for all its peers, beyond what it uses before the first."""
    return WORKING + connections(clients, each) * (CHUNK + BESIDE_THE_CHUNK) + UNHEARD * IDLE
