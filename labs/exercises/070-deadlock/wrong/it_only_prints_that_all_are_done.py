# finding: the_threads_took_the_locks_of_the_ring
import json
import sys
import threading

from labs.programs.events import emit

count = int(sys.argv[2])
pairs = [(one, one, (one + 1) % count) for one in range(count)]
print(json.dumps({"event": "observed", "pairs": pairs, "waits": [], "acquired": [2] * count, "counters": []}))
emit("ready", platform="linux", finished=count)
threading.Event().wait()
