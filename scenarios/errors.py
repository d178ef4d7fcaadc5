"""What can go wrong, as one tree of exceptions, and the exit status of each.

LabError                     everything the lab itself reports; always one clear message
├── UsageError               what was asked for is wrong: a name, a flag, a catalog file          exit 2
│   └── SpecError            a catalog file is wrong; knows its file and line                     exit 2
├── Unavailable              this machine cannot run it, and why: the verdict is `skip`           exit 0
└── LabFailure               the lab could not tell: the verdict is `error`                       exit 3
    ├── EngineUnavailable    no container engine answers
    │   └── EngineAbsent     there is none on this machine, and none was named
    ├── EngineGone           the engine answered before, and does not any more
    ├── EngineError          the engine refused something; carries what it said
    ├── ImageError           an image could not be built; carries the step and its last lines
    ├── ServiceDied          a service ended before it was ready; carries its last lines
    ├── SightLost            a service's machine went away before its program's end was known
    ├── WaitTimeout          nothing came in time; names the service and what was awaited
    └── EvidenceError        a run directory cannot be read
        └── Misunderstood    what a program says cannot be understood, or is too much to know

Interrupted                  SIGINT, SIGTERM, SIGHUP or SIGQUIT; not a LabError: it passes every `except Exception`
"""

import signal

EXIT_PASS = 0
EXIT_FAIL = 1
EXIT_USAGE = 2
EXIT_ERROR = 3


class LabError(Exception):
    """The base of everything that the lab reports to its user as one message."""

    exit_status = EXIT_ERROR


class UsageError(LabError):
    """What was asked for is wrong, and nothing was started."""

    exit_status = EXIT_USAGE


class SpecError(UsageError):
    """A catalog file is wrong."""

    def __init__(self, file: str, line: int | None, problem: str) -> None:
        """`line` counts from 1; None means the file as a whole."""
        super().__init__(f"{file}:{line}: {problem}" if line else f"{file}: {problem}")
        self.file, self.line, self.problem = file, line, problem


class Unavailable(LabError):
    """This machine cannot run the scenario; the message is the reason shown beside `skip`."""

    exit_status = EXIT_PASS


class LabFailure(LabError):
    """The lab could not find out what would have happened."""

    def __init__(self, problem: str, last_lines: tuple[str, ...] = (), service: str | None = None) -> None:
        """`last_lines` are the output's last lines, shown below the problem: those of `service`, if it is about one."""
        self.problem, self.last_lines, self.service = problem, last_lines, service
        told = "; its last lines:" if last_lines else "; it printed nothing"
        super().__init__("\n".join((problem + (told if service else ""), *(f"    {line}" for line in last_lines))))


class EngineUnavailable(LabFailure):
    """No container engine answers; the message says how to get one."""


class EngineAbsent(EngineUnavailable):
    """There is no container engine on this machine, and nobody named one elsewhere."""


class EngineGone(LabFailure):
    """The engine stopped answering in the middle of a run."""


class EngineError(LabFailure):
    """The engine refused a request."""


class ImageError(LabFailure):
    """An image could not be built or imported."""


class ServiceDied(LabFailure):
    """A service ended before it said that it was ready."""


class SightLost(LabFailure):
    """A service's machine went away, and how its program ended is not known."""


class WaitTimeout(LabFailure):
    """Nothing came in time."""


class EvidenceError(LabFailure):
    """A run directory is missing or cannot be read."""


class Misunderstood(EvidenceError):
    """What a program says cannot be understood."""


class Interrupted(SystemExit):
    """A signal that asks for an end arrived; exits with 128 + the signal's number once everything is removed."""

    def __init__(self, signal_number: int) -> None:
        """`signal_number` is the signal that arrived."""
        super().__init__(128 + signal_number)
        self.signal_name = signal.Signals(signal_number).name


def exit_status(problem: BaseException) -> int:
    """The one place where an exception becomes an exit status."""
    if isinstance(problem, LabError):
        return problem.exit_status
    if isinstance(problem, Interrupted):
        return int(str(problem.code))
    return EXIT_ERROR
