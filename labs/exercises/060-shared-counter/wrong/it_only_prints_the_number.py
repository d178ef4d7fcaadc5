# finding: each_thread_read_and_wrote_the_counter_for_every_update
import json
import sys
import threading

from labs.programs.events import checkpoint, emit

workers, updates = int(sys.argv[2]), int(sys.argv[4])
every = workers * updates
emit("ready", platform="linux")
gate = threading.Event()
threads = [threading.Thread(target=gate.wait) for _ in range(workers)]
for one in threads:
    one.start()
checkpoint("counting")
gate.set()
counter = {"reads": every + 1, "writes": every, "writers": workers, "overtaken": 0, "turns": every}
print(json.dumps({"event": "observed", "acquired": [every], "counters": [counter], "waits": [], "pairs": []}))
emit("counted", value=every)
