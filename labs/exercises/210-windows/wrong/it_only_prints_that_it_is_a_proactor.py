# replaces: proactor.py
# finding: served
import sys
import time

from labs.programs.events import emit

emit("ready", selector="ProactorEventLoop", platform=sys.platform, python="3.11.9")
time.sleep(1000)
