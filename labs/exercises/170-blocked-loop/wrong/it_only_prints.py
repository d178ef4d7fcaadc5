# finding: error
import os
import sys
import time

from labs.programs.events import emit

emit("ready", platform=sys.platform, port=int(os.environ.get("IOLAB_PORT", 8001)), loop="asyncio")
emit("worked", kind="sleep", begun=time.monotonic(), seconds=0.6)
time.sleep(1000)
