# replaces: sliced.py
# finding: served
import sys
import time

from labs.programs.events import emit

emit("ready", selector="SelectSelector", platform=sys.platform, python="3.11.9")
time.sleep(1000)
