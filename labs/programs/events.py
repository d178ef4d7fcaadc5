"""Support for all programs: events, which are JSON objects, one a line on stdout."""

import json
import os
import socket
import sys
from pathlib import Path

CHECKPOINTS = "IOLAB_CHECKPOINTS"
# A file to create after `ready`, for a healthcheck, which cannot read the events.
READY_FILE = "IOLAB_READY"


def emit(event: str, **fields: object) -> None:
    """Prints one event, in one write, so that threads cannot tear each other's lines."""
    if event == "ready" and not has_gil():
        fields["gil"] = False
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()
    if event == "ready" and READY_FILE in os.environ:
        Path(os.environ[READY_FILE]).touch()


def has_gil() -> bool:
    """Whether this interpreter has a GIL now: a free-threaded build (CPython 3.13 and later) may run without one."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def announce(listener: socket.socket, **fields: object) -> None:
    """Emits a server's `ready`, with the descriptors that it has open before its first client."""
    port = listener.getsockname()[1]
    emit("ready", port=port, platform=sys.platform, **fields, descriptors=open_descriptors(), nofile=soft_nofile())


def checkpoint(event: str, **fields: object) -> None:
    """An event at which the lab inspects the program: with IOLAB_CHECKPOINTS=1 it waits for a line on stdin."""
    emit(event, **fields, checkpoint=True)
    if os.environ.get(CHECKPOINTS) == "1":
        sys.stdin.readline()


def open_descriptors() -> int | None:
    """How many descriptors this process has open; None on Windows, where no file system lists them."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        if sys.platform != "win32" and Path(folder).is_dir():
            return len(os.listdir(folder)) - 1  # noqa: PTH208 - one of them is of the listing itself
    return None


def soft_nofile() -> int | None:
    """The soft limit of open descriptors; None on Windows, which has no such limit."""
    if sys.platform == "win32":
        return None
    import resource

    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
