"""A client that never ends: the lab must stop it when the time is up and keep its output."""

import time

from labs.programs.events import emit

if __name__ == "__main__":
    emit("ready")
    print("waiting for an answer that never comes ...", flush=True)
    time.sleep(3600)
