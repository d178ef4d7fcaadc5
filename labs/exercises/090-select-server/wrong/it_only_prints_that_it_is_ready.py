# finding: served
import sys
import time

from labs.programs.events import emit

emit("ready", platform=sys.platform, python="3.11.2", descriptors=4, rings=0)
time.sleep(1000)
