"""Starts threads until it may not have one more, reports how many it has, and keeps them: its machine is full."""

import threading

from labs.programs.events import emit

if __name__ == "__main__":
    forever = threading.Event()
    while True:
        try:
            threading.Thread(target=forever.wait, daemon=True).start()
        except RuntimeError as error:
            emit("ready", threads=threading.active_count(), error=str(error))
            break
    forever.wait()
