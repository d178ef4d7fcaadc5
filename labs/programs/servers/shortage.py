"""Support for servers.origin: reports that descriptors are out, without asyncio's traceback for each failed accept."""

import asyncio
import errno
import math
import sys
from typing import Any

SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


class Shortage:
    """An exception handler of asyncio's loop: at most one line a second; other exceptions go the usual way."""

    def __init__(self) -> None:
        self.failed, self.said = 0, -math.inf

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in SHORTAGES):
            return loop.default_exception_handler(context)
        self.failed += 1
        if loop.time() >= self.said + 1:
            print(f"no client can be accepted: {error} ({self.failed} times so far)", file=sys.stderr, flush=True)
            self.said = loop.time()
        return None
