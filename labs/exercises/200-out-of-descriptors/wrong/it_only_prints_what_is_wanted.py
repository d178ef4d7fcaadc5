# replaces: reserve.py
# finding: served
import sys
import time

from labs.programs.events import emit

emit("ready", port=8001, platform=sys.platform, descriptors=6, nofile=64)
emit("finished", fates={"reserve": {"served": 58, "shed": 42}}, counts={"reserve": {"wakeups": 100}})
time.sleep(1000)
