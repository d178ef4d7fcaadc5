"""Internal errors of the lab: one line for the user, the traceback in a file."""

import os
import tempfile
import time
import traceback
from pathlib import Path

from scenarios.results import run_directories

TRACEBACK_FILE = "traceback.txt"
ERRORS = ".errors"


def report(error: BaseException) -> str:
    """Saves the traceback and returns a message with its file, or with the traceback if it cannot be saved."""
    text = "".join(traceback.format_exception(error))
    what = " ".join(str(error).split()) or "no message"
    message = f"internal error of iolab: {type(error).__name__}: {what}"
    file = _save(text)
    return f"{message}; the traceback is in {file}" if file else f"{message}; the traceback cannot be saved:\n{text}"


def _save(text: str) -> Path | None:
    """Writes to the first place that can be written: the run under way, the runs' folder, the temporary folder."""
    name = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{os.getpid()}.txt"
    run = run_directories.under_way()
    there = [run / TRACEBACK_FILE] if run else []
    for path in (*there, run_directories.RUNS / ERRORS / name, Path(tempfile.gettempdir()) / f"iolab-{name}"):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError:
            continue
        return path
    return None
