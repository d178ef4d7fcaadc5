"""Where a server runs out of descriptors if it opens a file for each client and never closes one. Pure.

It rests on the limits of theory/descriptors.py with two descriptors for each client, the socket first. If the limit is
not a multiple of two, one descriptor is left. The next client's socket takes it, and then either select refuses its
number, or open(2) fails with EMFILE and CPython's message has the file's name.
"""

from scenarios.theory.descriptors import EMFILE, FD_OUT_OF_RANGE, FD_SETSIZE, Server, first_limit

PER_CLIENT = 2


def fate(server: Server, clients: int, file: str) -> tuple[int, str | None, str | None, str]:
    """As `first_limit`: (clients served, exception's type, its text, the reason); `file` is the opened file's name."""
    served, kind, message, reason = first_limit(server, clients)
    if message != EMFILE or server.soft is None or not (server.soft - server.open_before) % server.per_client:
        return served, kind, message, reason
    last = server.soft - 1
    if server.selector == "select" and last >= FD_SETSIZE[server.platform]:
        reason = f"client {served + 1}'s socket takes the last descriptor, {last}, too high for select's fd_set."
        return served, "ValueError", FD_OUT_OF_RANGE, reason
    reason = f"client {served + 1}'s socket takes the last descriptor, {last}, and none is left for its file."
    return served, "OSError", f"{EMFILE}: {file!r}", reason
