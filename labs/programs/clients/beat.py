"""Support for clients: how late a thread wakes that sleeps for moments, which shows how busy the machine is."""

import threading
import time

EACH = 0.02  # seconds


class Beat(threading.Thread):
    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over, self.late = threading.Event(), 0.0

    def run(self) -> None:
        while not self.over.is_set():
            begun = time.monotonic()
            time.sleep(EACH)
            self.late = max(self.late, time.monotonic() - begun - EACH)

    def end(self) -> float:
        """By how many seconds it ever was late."""
        self.over.set()
        self.join()
        return round(self.late, 4)
