"""Writes many lines to both streams at once and then says `ready`: no line may be lost on the way."""

import sys

from labs.programs.events import emit

LINES = 20_000

if __name__ == "__main__":
    for number in range(LINES):  # numbered, so that a missing line can be named
        (sys.stderr if number % 3 == 0 else sys.stdout).write(f"line {number} of {LINES}\n")
    sys.stderr.flush()
    emit("ready", lines=LINES)
