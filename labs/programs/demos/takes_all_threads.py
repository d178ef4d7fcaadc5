"""Starts threads until it may not have one more, says how many it has, and keeps them: a machine with no room left.

python -m labs.programs.demos.takes_all_threads
"""

import threading

from labs.programs.events import emit


def main() -> None:
    """Only the limit of its machine ends the counting."""
    for_ever = threading.Event()
    while True:
        try:
            threading.Thread(target=for_ever.wait, daemon=True).start()
        except RuntimeError as error:
            emit("ready", threads=threading.active_count(), error=str(error))
            break
    for_ever.wait()


if __name__ == "__main__":
    main()
