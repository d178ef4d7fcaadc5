"""Support for greenlet_switches: what stands in the frames of a stack, or of a suspended greenlet."""

from inspect import CO_GENERATOR
from types import FrameType

import greenlet


def generators(frame: FrameType | None) -> int:
    """How many frames of generators are in a stack."""
    count = 0
    while frame:
        count, frame = count + bool(frame.f_code.co_flags & CO_GENERATOR), frame.f_back
    return count


def depth(frame: FrameType | None) -> int:
    """How many frames are in a stack."""
    count = 0
    while frame:
        count, frame = count + 1, frame.f_back
    return count


def socket_of(one: greenlet.greenlet) -> int | None:
    """The descriptor of a socket that a suspended greenlet has among the variables of its calls; None without one."""
    frame = one.gr_frame
    while frame:
        sockets = [value for value in frame.f_locals.values() if hasattr(value, "getpeername")]
        if sockets:
            return int(sockets[0].fileno())
        frame = frame.f_back
    return None
