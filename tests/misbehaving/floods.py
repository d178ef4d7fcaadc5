"""Prints more than the lab could hold in memory: `--bytes N`, of text or, with `--events`, of events."""

import argparse
import json
import sys

from labs.programs.events import emit

AT_ONCE = 64 * 1024  # bytes for each write

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bytes", type=int, required=True)
    parser.add_argument("--events", action="store_true")
    options = parser.parse_args()
    line = json.dumps({"event": "closed"}) if options.events else "x" * 99
    lines = max(1, AT_ONCE // (len(line) + 1)) * (line + "\n")
    for _ in range(options.bytes // len(lines)):
        sys.stdout.write(lines)
    emit("finished", served=0)
