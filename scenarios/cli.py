"""What every command does around its work: errors become one message and an exit status, and killed runs are swept up
first.
"""

import functools
import os
import sys
from collections.abc import Callable
from typing import Any, ParamSpec

from invoke import task
from invoke.exceptions import Exit, ParseError
from invoke.program import Program

from scenarios import leftovers, signals
from scenarios.errors import EXIT_USAGE, LabError, exit_status

P = ParamSpec("P")

# invoke has no optional positional arguments; these commands have some, in this order.
OPTIONAL_POSITIONALS = {"logs": ("--run", "--service")}


def prepare() -> None:
    """Settings of the process: signals, and invoke's own way to leave."""
    signals.install()
    # invoke switches bytecode off to keep pyc files out of people's projects; ours are ignored by git, and halve the
    # start.
    sys.dont_write_bytecode = bool(sys.flags.dont_write_bytecode)
    _leave_with_2_on_wrong_usage()


def _leave_with_2_on_wrong_usage() -> None:
    """Invoke exits with 1 for a flag that it does not know; here 1 means that a prediction failed.

    It also takes `--help` behind a command for the command's first argument; here it is help, as everywhere.
    """
    parse_tasks, parse_cleanup = Program.parse_tasks, Program.parse_cleanup

    def parse_with_help(self: Program) -> None:
        rest = self.core.unparsed
        if rest and {"-h", "--help"} & set(rest):
            self.args.help.value, rest = rest[0], []
        self.core.unparsed = _named_positionals(rest)
        _with_our_status(lambda: parse_tasks(self))

    Program.parse_tasks = parse_with_help  # type: ignore[method-assign]  # the one place where invoke is bent
    Program.parse_cleanup = lambda self: _with_our_status(lambda: parse_cleanup(self))  # type: ignore[method-assign]


def _named_positionals(tokens: list[str]) -> list[str]:
    """`logs RUN SERVICE` as `logs --run RUN --service SERVICE`."""
    if not tokens or tokens[0] not in OPTIONAL_POSITIONALS:
        return tokens
    count = next((i for i, token in enumerate(tokens[1:]) if token.startswith("-")), len(tokens) - 1)
    flags = OPTIONAL_POSITIONALS[tokens[0]]
    named = [part for flag, value in zip(flags, tokens[1 : 1 + count], strict=False) for part in (flag, value)]
    return [tokens[0], *named, *tokens[1 + min(count, len(flags)) :]]


def _with_our_status(parse: Callable[[], None]) -> None:
    try:
        parse()
    except BrokenPipeError as error:
        raise Exit(code=_reader_gone()) from error
    except ParseError as error:
        raise Exit(
            f"{error}\n./inv --list shows all commands, ./inv --help COMMAND what one takes.", code=EXIT_USAGE
        ) from error


def command(**settings: Any) -> Callable[[Callable[P, int]], Any]:
    """Makes a function that returns an exit status an invoke task; `settings` are those of invoke's @task."""

    def decorate(function: Callable[P, int]) -> Any:
        @functools.wraps(function)
        def run(*args: P.args, **options: P.kwargs) -> None:
            raise SystemExit(_status_of(lambda: function(*args, **options)))

        return task(**settings)(run)

    return decorate


def _status_of(work: Callable[[], int]) -> int:
    try:
        leftovers.sweep_after_the_killed()
        return work()
    except LabError as error:
        print(f"iolab: {error}", file=sys.stderr)
        return exit_status(error)
    except BrokenPipeError:
        return _reader_gone()


def _reader_gone() -> int:
    """The reader of our output has gone (`| head`): nothing is wrong, and nothing more can be said, not even at the
    exit.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
