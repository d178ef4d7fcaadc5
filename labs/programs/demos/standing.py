"""Stays when its work is done, so that somebody can look at it from outside: what some demos do at their end."""

import argparse
import socket
import sys
import threading
from typing import NoReturn

from labs.programs.events import emit


def stand(options: argparse.Namespace) -> NoReturn:
    """Listens at --host and --port, by which Compose too knows that it is ready, says so, and waits to be ended."""
    with socket.create_server((options.host, options.port)):
        emit("ready", platform=sys.platform)
        while True:
            threading.Event().wait()
