"""Prints those of some addresses that answer at a port, all tried at the same time.

host.py runs this file as `python -I -S FILE PORT ADDRESS...` in a run's network, after every run, so it imports only
what costs next to nothing: the module below socket, which takes half of the time.
"""

import _socket
import errno
import select
import sys
import time

ANSWER_WITHIN = 0.5  # seconds; this very machine answers, or refuses, at once


def answering(port: int, addresses: list[str]) -> list[str]:
    """The addresses to which a connection could be made."""
    tried, found = {}, []
    for address in addresses:
        one = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        one.setblocking(False)
        if one.connect_ex((address, port)) in (0, errno.EINPROGRESS):
            tried[one.fileno()] = (one, address)
    until = time.monotonic() + ANSWER_WITHIN
    while tried and (left := until - time.monotonic()) > 0:
        for number in select.select([], list(tried), [], left)[1]:
            one, address = tried.pop(number)
            if one.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR) == 0:
                found.append(address)
    return found


if __name__ == "__main__":
    print(*answering(int(sys.argv[1]), sys.argv[2:]))
