# finding: right
import sys
import time

from labs.programs.events import emit

emit("ready", port=8001, platform=sys.platform, descriptors=5)
time.sleep(1000)
