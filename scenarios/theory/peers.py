"""What one server keeps for its peers, however they behave: a bound for each of them, and so one for all. Pure.

A server is bounded when no peer can make it keep more by asking for more. Of a peer that asks and does not read, the
transfer server keeps the chunk that it last read and has not parsed to its end, a few answers whose bodies are views of
the one download, and three hashing states; of one that is idle, the objects that stand for a connection.
"""

CHUNK = 64 * 1024
BESIDE_THE_CHUNK = 8 * 1024
IDLE = 1024
# What reading, hashing and the selector themselves need while they work, whoever the peers are.
WORKING = 4 * 1024**2
# Connections that are open at the same time, of one client of each hostile behaviour: eighteen have one each, one
# opens twenty and then closes them, and one has a connection for each of seven lies.
AT_ONCE = 18 + 20 + 7
# Connections whose peers have gone, and of whom the server has not heard yet: it accepts so many in a turn of its loop
# at most, and hears of them in the next.
UNHEARD = 2 * 256


# What the server asks the kernel to hold of a connection each way. Linux takes twice that, for its own bookkeeping, and
# then no longer lets the buffer grow by itself; whoever is accepted has what the listener has (socket(7), tcp(7)).
KERNEL_BUFFER = 128 * 1024
DOUBLED = 2


def in_kernel(clients: int, each: int) -> int:
    """The most bytes that the server's kernel holds for all its peers, in the buffers of both directions."""
    return connections(clients, each) * 2 * DOUBLED * KERNEL_BUFFER


def connections(clients: int, each: int) -> int:
    """The most connections that a server has at the same time, of well-behaved clients and of hostile ones."""
    return clients + each * AT_ONCE


def kept(clients: int, each: int) -> int:
    """The most bytes that a server takes for all its peers, beyond what it has before the first."""
    return WORKING + connections(clients, each) * (CHUNK + BESIDE_THE_CHUNK) + UNHEARD * IDLE
