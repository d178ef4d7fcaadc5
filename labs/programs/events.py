"""Events: what a program tells the lab, one JSON object a line on stdout."""

import json
import os
import sys
from pathlib import Path

CHECKPOINTS = "IOLAB_CHECKPOINTS"
# Where to leave a file once `ready` is said, for those who cannot read along, such as a healthcheck.
READY_FILE = "IOLAB_READY"


def emit(event: str, **fields: object) -> None:
    """Prints one event. The line goes out in one write, so that threads cannot tear each other's lines."""
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()
    if event == "ready" and READY_FILE in os.environ:
        Path(os.environ[READY_FILE]).touch()


def checkpoint(event: str, **fields: object) -> None:
    """An event at which the lab may look around: with IOLAB_CHECKPOINTS=1 the program waits for a line on stdin."""
    emit(event, **fields, checkpoint=True)
    if os.environ.get(CHECKPOINTS) == "1":
        sys.stdin.readline()


def open_descriptors() -> int | None:
    """How many descriptors this process has open; None where no file system tells (Windows)."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        if sys.platform != "win32" and Path(folder).is_dir():
            return len(os.listdir(folder)) - 1  # noqa: PTH208 - one of them is the listing's own
    return None


def soft_nofile() -> int | None:
    """The soft limit of open descriptors; None on Windows, which has no such limit."""
    if sys.platform == "win32":
        return None
    import resource

    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
