"""Stays when its work is done, so that somebody can look at it from outside: what some demos do at their end."""

import sys
import threading
from typing import NoReturn

from labs.programs.events import emit


def stand() -> NoReturn:
    """Says that it is ready, and waits to be ended."""
    emit("ready", platform=sys.platform)
    while True:
        threading.Event().wait()
