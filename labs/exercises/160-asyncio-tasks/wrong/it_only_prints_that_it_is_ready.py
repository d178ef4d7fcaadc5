# finding: error
import os
import sys
import time

from labs.programs.events import emit

emit("ready", port=int(os.environ.get("IOLAB_PORT", 8001)), platform=sys.platform, descriptors=6, nofile=1024)
time.sleep(1000)
