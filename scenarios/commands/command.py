"""What every command does around its work: it sweeps up after killed runs, and errors become one line and a status."""

from __future__ import annotations

import errno
import functools
import sys
from collections.abc import Callable
from typing import Any

from invoke import task

from scenarios.errors import EXIT_ERROR, LabError, exit_status

# What a disk or a directory refuses; the message says all that there is to say.
REFUSED = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


def command(group: str, **settings: Any) -> Callable[[Callable[..., int]], Any]:
    """Makes a function that returns an exit status an invoke task; `settings` are those of invoke's @task.

    `group` is the heading under which help lists it.
    """

    def decorate(function: Callable[..., int]) -> Any:
        @functools.wraps(function)
        def run(*args: Any, **options: Any) -> int:
            return status_of(lambda: swept(lambda: function(*args, **options)))

        made = task(**settings)(run)
        made.group = group
        return made

    return decorate


def swept(work: Callable[[], int]) -> int:
    """Removes what killed runs left, and then works; nothing but a directory is read where no run is marked."""
    from scenarios import rundirs

    if rundirs.marks():
        from scenarios import leftovers

        leftovers.sweep_after_the_killed()
    return work()


def status_of(work: Callable[[], int]) -> int:
    """The exit status of `work`; whatever it raises is told in one line, and only Interrupted goes on its way."""
    try:
        status = work()
        sys.stdout.flush()
    except LabError as error:
        say(str(error))
        return exit_status(error)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            say(f"{error.strerror}: `ulimit -n` of this terminal is too low for the lab, or the machine's own limit is")
            return EXIT_ERROR
        return _refused(error) if error.errno in REFUSED else _unforeseen(error)
    except Exception as error:  # whatever it is, it must not look like a prediction that failed
        return _unforeseen(error)
    return status


def say(text: str) -> None:
    """One message on stderr; where that is full too, there is nobody left to tell."""
    try:
        print(f"iolab: {text}", file=sys.stderr, flush=True)
    except OSError:
        from scenarios.commands import streams

        streams.abandon()


def _refused(error: OSError) -> int:
    where = f"{error.filename}: " if error.filename else "the output cannot be written: "
    say(f"{where}{error.strerror}")
    if not error.filename:
        from scenarios.commands import streams

        streams.abandon()
    return EXIT_ERROR


def _unforeseen(error: Exception) -> int:
    from scenarios import unforeseen

    say(unforeseen.told(error))
    return EXIT_ERROR
