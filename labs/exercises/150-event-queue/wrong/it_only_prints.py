# finding: error|hang
import os
import socket
import time

from labs.programs.events import emit

listener = socket.create_server((os.environ.get("IOLAB_HOST", "0.0.0.0"), int(os.environ.get("IOLAB_PORT", 8001))))
emit("ready", port=listener.getsockname()[1], platform="linux")
emit("watched", seen=list(range(1, 21)), noticed=[0.1] * 20, turns=21)
time.sleep(1000)
