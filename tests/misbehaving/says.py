"""A client whose output the lab must not stumble over: an unfinished line, a forged end, or one event for ever.

Its argument is `unfinished`, `exited`, `ready` or `checkpoint`.
"""

import sys

from labs.programs.events import emit

if __name__ == "__main__":
    what = sys.argv[1]
    if what == "unfinished":
        print("the end of this line is missing", end="", flush=True)
    if what == "exited":
        emit("started", pid=1)
        emit("exited", code=0)
        sys.exit(3)
    while what != "unfinished":
        emit(what, checkpoint=what == "checkpoint")
