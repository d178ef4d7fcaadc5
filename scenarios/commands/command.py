"""The frame of every command: it first removes what killed runs left, and reports errors in one line."""

from __future__ import annotations

import errno
import functools
import re
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from invoke import Task, task

from scenarios.commands import standard_streams
from scenarios.errors import EXIT_ERROR, LabError, exit_status
from scenarios.results import crash_report, run_directories

# The disk or a directory refuses to be written; the system's message is enough.
REFUSED = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}
# What libraries say in errors of their own when the system refuses a resource (pydantic_core even in no Exception).
USED_UP = (
    (
        "Too many open files",
        "Too many open files: raise this terminal's limit with `ulimit -n`, or the limit of the whole machine",
    ),
    (
        "start new thread|Resource temporarily unavailable",
        "no further process or thread can be started: end some, or raise this terminal's limits "
        "of processes (`ulimit -u`) and of memory (`ulimit -v`)",
    ),
    (
        "MemoryError|[Cc]annot allocate memory|failed to map segment|SystemError: .*(without|NULL)",
        "out of memory: end other programs, or raise this terminal's limit with `ulimit -v`",
    ),
)


class Command(Task):  # type: ignore[type-arg]
    """An invoke task whose short flags are the first letters of the long ones: nobody could guess another letter."""

    def arg_opts(self, name: str, default: str, taken_names: set[str]) -> dict[str, Any]:
        """Drops the letters that invoke chooses if the first one is taken."""
        options = super().arg_opts(name, default, taken_names)
        options["names"] = [one for one in options["names"] if one == name[0] or len(one) > 1]
        return options


def command(group: str, **settings: Any) -> Callable[[Callable[..., int]], Any]:
    """Makes an invoke task of a function that returns an exit status.

    `group` is its heading in the list of commands, `settings` are those of invoke's @task.
    """

    def decorate(function: Callable[..., int]) -> Any:
        @functools.wraps(function)
        def run(*args: Any, **options: Any) -> int:
            return status_of(lambda: after_cleanup(lambda: function(*args, **options)))

        made = task(klass=Command, **settings)(run)
        made.group = group
        return made

    return decorate


def after_cleanup(work: Callable[[], int]) -> int:
    """Removes what killed runs left, then does the work. If no run is marked, it only reads one directory."""
    if run_directories.marks():
        from scenarios.pipeline import leftovers  # 20 ms that other commands do not need

        leftovers.sweep_after_the_killed()
    return work()


def status_of(work: Callable[[], int]) -> int:
    """The exit status of `work`. Prints an exception as one line on stderr; only Interrupted passes through."""
    try:
        status = work()
        sys.stdout.flush()
    except LabError as error:
        say(str(error))
        return exit_status(error)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # Python would exit with 1, which means that a prediction failed
        if isinstance(error, OSError) and error.errno in REFUSED:
            return _refused(error)
        return _crashed(error)
    return status


def report_thread(ended: threading.ExceptHookArgs) -> None:
    """Reports what ended a thread as one line. For want of memory or threads, the command reports the same itself."""
    with suppress(Exception):  # too little memory for that too; Python would print a traceback of this function
        if ended.exc_value and _advice(ended.exc_value) is None:
            say(crash_report.report(ended.exc_value))


def say(text: str) -> None:
    """Prints a message on stderr, unless stderr cannot be written either."""
    try:
        print(f"iolab: {text}", file=sys.stderr, flush=True)
    except OSError:
        standard_streams.discard()


def _refused(error: OSError) -> int:
    where = f"{error.filename}: " if error.filename else "the output cannot be written: "
    say(f"{where}{error.strerror}")
    if not error.filename:
        standard_streams.discard()
    return EXIT_ERROR


def _crashed(error: BaseException) -> int:
    say(_advice(error) or crash_report.report(error))
    return EXIT_ERROR


def _advice(error: BaseException) -> str | None:
    said = " ".join(f"{type(one).__name__}: {one}" for one in (error, error.__cause__, error.__context__))
    return next((advice for pattern, advice in USED_UP if re.search(pattern, said)), None)
