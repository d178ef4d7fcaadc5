"""Support for clients.leaving: the control connection to the backend, and how long it is waited for."""

import json
import socket
import time

from labs.programs.clients.connecting import connect

PAUSE = 0.02
# Seconds for which the gateway may take to do something; once it has not, only SOON.
LONGEST, SOON = 8.0, 0.5


class Control:
    """`overslept` is by how many seconds this program slept too long at most: it says how busy the machine is."""

    def __init__(self, backend: str) -> None:
        host, _, port = backend.rpartition(":")
        self.lines = connect((socket.gethostbyname(host), int(port)), 30).makefile("rwb")
        self.lines.write(b"control\n")
        self.overslept, self.disappointed = 0.0, False

    def tell(self, line: str) -> dict[str, int]:
        """The backend's counts after that."""
        self.lines.write(line.encode() + b"\n")
        self.lines.flush()
        counts: dict[str, int] = json.loads(self.lines.readline())
        return counts

    def patience(self) -> float:
        return SOON if self.disappointed else LONGEST

    def wait(self, key: str, wanted: int, *, exactly: bool = False) -> int:
        """The count when it is at least `wanted`, or exactly, or when the gateway has had its time."""
        until = time.monotonic() + self.patience()
        while True:
            count = self.tell("count")[key]
            if count == wanted or (count > wanted and not exactly):
                return count
            if time.monotonic() >= until:
                self.disappointed = True
                return count
            begun = time.monotonic()
            time.sleep(PAUSE)
            self.overslept = max(self.overslept, time.monotonic() - begun - PAUSE)
