"""The exceptions of the lab, and the exit status of each.

LabError                     the base of all; the user sees its message and no traceback
├── UsageError               the command line or a catalog file is wrong                          exit 2
│   └── SpecError            a catalog file is wrong; has its path and line                       exit 2
├── Unavailable              this machine cannot run the scenario: the verdict is `skip`          exit 0
│   └── LimitRefused         the engine refused a limit; exit 2 if the user asked for it          exit 0
└── LabFailure               the check itself failed: the verdict is `error`                      exit 3
    ├── EngineUnavailable    no container engine answers
    │   └── EngineAbsent     this machine has no container engine, and the user named none
    ├── EngineGone           the engine stopped answering during a run
    ├── EngineError          the engine refused a request; has the engine's message
    ├── ImageError           an image could not be built; has the step and its last lines
    ├── ServiceDied          a service ended before it was ready; has its last lines
    ├── SightLost            a service's machine disappeared before its program's end was known
    ├── WaitTimeout          a wait timed out; names the service and what the lab waited for
    └── EvidenceError        a run directory is missing or cannot be read
        ├── Misunderstood    a program's output cannot be understood, or is too large
        └── OutOfTime        time ran out on a busy machine, before a program could do its part

Interrupted                  SIGINT, SIGTERM, SIGHUP or SIGQUIT; not a LabError: `except Exception` does not catch it
"""

import signal

EXIT_PASS = 0
EXIT_FAIL = 1
EXIT_USAGE = 2
EXIT_ERROR = 3


class LabError(Exception):
    """The base of all errors that the lab reports in one message."""

    exit_status = EXIT_ERROR


class UsageError(LabError):
    """The command line or a catalog file is wrong. Nothing was started."""

    exit_status = EXIT_USAGE


class SpecError(UsageError):
    """A catalog file is wrong."""

    def __init__(self, file: str, line: int | None, problem: str) -> None:
        """`line` counts from 1; None means the whole file."""
        super().__init__(f"{file}:{line}: {problem}" if line else f"{file}: {problem}")
        self.file, self.line, self.problem = file, line, problem


class Unavailable(LabError):
    """This machine cannot run the scenario. The message is the reason for the verdict `skip`."""

    exit_status = EXIT_PASS


class LimitRefused(Unavailable):
    """The engine may not set a limit that high. If the user asked for the limit, it is wrong usage."""


class LabFailure(LabError):
    """The check itself failed, so the result of the scenario is unknown."""

    def __init__(self, problem: str, last_lines: tuple[str, ...] = (), service: str | None = None) -> None:
        """`last_lines` are the last lines of the output, of `service` if it is given. They follow the message."""
        self.problem, self.last_lines, self.service = problem, last_lines, service
        heading = "; its last lines:" if last_lines else "; it printed nothing"
        super().__init__("\n".join((problem + (heading if service else ""), *(f"    {line}" for line in last_lines))))


class EngineUnavailable(LabFailure):
    """No container engine answers. The message says how to get one."""


class EngineAbsent(EngineUnavailable):
    """This machine has no container engine, and the user named none on another machine."""


class EngineGone(LabFailure):
    """The engine stopped answering during a run."""


class EngineError(LabFailure):
    """The engine refused a request."""


class ImageError(LabFailure):
    """An image could not be built or imported."""


class ServiceDied(LabFailure):
    """A service ended before it was ready."""


class SightLost(LabFailure):
    """A service's machine disappeared, so the end of its program is unknown."""


class WaitTimeout(LabFailure):
    """A wait timed out."""


class EvidenceError(LabFailure):
    """A run directory is missing or cannot be read."""


class Misunderstood(EvidenceError):
    """A program's output cannot be understood."""


class OutOfTime(EvidenceError):
    """Time ran out on a busy machine, so what was measured says nothing of the programs."""


class Interrupted(SystemExit):
    """A signal ended the command. It exits with 128 + the signal's number after everything is removed."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(128 + signal_number)
        self.signal_name = signal.Signals(signal_number).name


def exit_status(problem: BaseException) -> int:
    """The exit status for an exception."""
    if isinstance(problem, LabError):
        return problem.exit_status
    if isinstance(problem, Interrupted):
        return int(str(problem.code))
    return EXIT_ERROR
