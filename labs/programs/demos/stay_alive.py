"""Support for demos that stay when their work is done, so that the lab can inspect the process."""

import sys
import threading
from typing import NoReturn

from labs.programs.events import emit


def stay_alive() -> NoReturn:
    emit("ready", platform=sys.platform)
    while True:
        threading.Event().wait()
