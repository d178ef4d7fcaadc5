"""What nobody foresaw is a fault of the lab: told in one line, with its traceback in a file."""

import os
import tempfile
import time
import traceback
from pathlib import Path

from scenarios import rundirs

TRACEBACK_FILE = "traceback.txt"
ERRORS = ".errors"


def told(error: Exception) -> str:
    """What to say of it, and where the traceback is; where no file takes that, it stands below."""
    text = "".join(traceback.format_exception(error))
    what = " ".join(str(error).split()) or "without a message"
    said = f"this was not foreseen, and is a fault of the lab: {type(error).__name__}: {what}"
    kept = _keep(text)
    return f"{said}; the traceback is in {kept}" if kept else f"{said}; no file takes the traceback\n{text}"


def _keep(text: str) -> Path | None:
    """Writes a traceback where the run under way keeps its evidence, or else where one can be written."""
    name = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{os.getpid()}.txt"
    run = rundirs.under_way()
    there = [run / TRACEBACK_FILE] if run else []
    for path in (*there, rundirs.RUNS / ERRORS / name, Path(tempfile.gettempdir()) / f"iolab-{name}"):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError:
            continue
        return path
    return None
