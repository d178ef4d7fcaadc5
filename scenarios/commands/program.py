"""The program `inv`: invoke as a library, with the commands that it is given."""

from __future__ import annotations

import gc
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from invoke import Argument, Collection, Config, Executor, Exit, ParseError, Program

from scenarios import __version__
from scenarios.errors import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EXIT_USAGE

INV = Path(__file__).resolve().parent.parent.parent / "inv"
# invoke has no optional positional arguments; these commands have some, in this order.
OPTIONAL_POSITIONALS = {
    "logs": ("--run", "--service"),
    "report": ("--run",),
    **{f"lab.{command}": ("--name",) for command in ("start", "check", "watch", "hint", "solution", "reset")},
    "lab.report": ("--folder",),
}
# Options of `scenario` with which it takes no name.
FOR_ALL = {"--all", "--topic", "--resume"}
HELP = {"-h", "--help"}
# From the best to the worst: a failure that is known is worse than one that could not be told.
SEVERITY = (EXIT_PASS, EXIT_ERROR, EXIT_FAIL, EXIT_USAGE)


class Settings(Config):
    """Invoke's settings under a name of our own: what a user told invoke about other projects does not apply here."""

    prefix = "iolab"


class Iolab(Program):
    """What ./inv runs; see invoke's documentation, "Using Invoke as a library"."""

    def __init__(self, namespace: Collection) -> None:
        """`namespace` holds the commands."""
        super().__init__(
            version=__version__,
            namespace=namespace,
            name="iolab",
            binary="./inv",
            binary_names=["inv", "invoke"],
            config_class=Settings,
        )
        self._commands = namespace

    def core_args(self) -> list[Argument]:
        """Invoke's, and those with which it looks for tasks: they have done their part when it hands over to us."""
        return [*super().core_args(), *self.task_args()]

    def parse_core(self, argv: list[str] | None) -> None:
        """Reads the flags before the first command."""
        kept = sys.dont_write_bytecode
        with _usage():
            super().parse_core(argv)
        # invoke switches bytecode off to keep pyc files out of people's projects; git ignores ours, and they halve
        # the start.
        sys.dont_write_bytecode = kept

    def parse_core_args(self) -> None:
        """Answers a shell that wants to complete something, which needs no more than this."""
        super().parse_core_args()
        script = self.args["print-completion-script"].value
        if not (script or self.args.complete.value):
            return
        from scenarios.commands import completion

        if script:
            print(completion.script(script), end="")
        else:
            words = self.argv[self.argv.index("--") + 1 :] if "--" in self.argv else []
            for candidate in completion.candidates(words, self._commands, self.initial_context.flag_names()):
                print(candidate)
        raise Exit

    def parse_tasks(self) -> None:
        """Reads the commands; `--help` behind one is help on it, as everywhere."""
        rest = self.core.unparsed
        asked = next((i for i, token in enumerate(rest) if token in HELP), None)
        if asked is not None:
            self.args.help.value, rest = self._nearest(rest[:asked]) or True, []
        with _usage():
            self.core.unparsed = named_positionals(without_name(rest))
            super().parse_tasks()
            self._refuse_what_lacks_its_value(rest)

    def _refuse_what_lacks_its_value(self, tokens: Sequence[str]) -> None:
        """Invoke takes a flag that may be given several times for given when nothing comes behind it."""
        contexts = self.parser.contexts.values()
        several = {flag for one in contexts for flag, argument in one.flags.items() if argument.kind is list}
        for token, after in pairwise([*tokens, "-"]):
            if token in several and after.startswith("-"):
                raise ParseError(f"{token} needs a value, and was not given one.")

    def _nearest(self, tokens: Sequence[str]) -> str | None:
        """The last of the tokens that is a command's name."""
        known = {name for pair in self._commands.task_names.items() for name in (pair[0], *pair[1])}
        return next((token for token in reversed(tokens) if token in known), tokens[0] if tokens else None)

    def parse_cleanup(self) -> None:
        """Answers --help and --list."""
        with _usage():
            super().parse_cleanup()

    def execute(self) -> NoReturn:
        """Runs the commands one after the other, up to one that was used wrongly, and leaves with the worst status."""
        statuses: list[Any] = [EXIT_PASS]
        for one in self.tasks:
            results = Executor(self.collection, self.config, self.core).execute(one)
            statuses += results.values()
            if EXIT_USAGE in statuses:
                break
        sys.exit(worst(statuses))

    def print_help(self) -> None:
        """The commands, and how to begin."""
        from scenarios.commands import overview

        print(overview.of_all(self._commands))

    def list_flat(self) -> None:
        """What --list shows is the same."""
        self.print_help()

    def print_task_help(self, name: str) -> None:
        """One command: what it does, an example, and its options."""
        from scenarios.commands import overview

        print(overview.of_one(name, inspect.getdoc(self.collection[name]) or "", self.parser.contexts[name]))
        self.print_columns(self.parser.contexts[name].help_tuples())


@contextmanager
def _usage() -> Iterator[None]:
    """Invoke exits with 1 for what it does not understand; here 1 means that a prediction failed."""
    try:
        yield
    except ParseError as error:
        message = f"{error}\n./inv shows all commands, ./inv COMMAND --help what one takes."
        raise Exit(message, code=EXIT_USAGE) from error


def worst(statuses: Sequence[int]) -> int:
    """The status of several commands together; one that is not of ours (a shell's) counts as a failure."""
    return max(statuses, key=lambda one: SEVERITY.index(one if one in SEVERITY else EXIT_FAIL))


def without_name(tokens: list[str]) -> list[str]:
    """`scenario --all` as `scenario --name= --all`: what stands for all scenarios stands in place of a name.

    Raises ParseError when there is a name too.
    """
    if tokens[:1] != ["scenario"] or FOR_ALL.isdisjoint(token.partition("=")[0] for token in tokens):
        return tokens
    if not tokens[1].startswith("-"):
        raise ParseError(f"{tokens[1]!r} is one scenario; {', '.join(sorted(FOR_ALL))} are for the whole catalog.")
    return ["scenario", "--name=", *tokens[1:]]


def named_positionals(tokens: list[str]) -> list[str]:
    """`logs RUN SERVICE` as `logs --run RUN --service SERVICE`."""
    if not tokens or tokens[0] not in OPTIONAL_POSITIONALS:
        return tokens
    count = next((i for i, token in enumerate(tokens[1:]) if token.startswith("-")), len(tokens) - 1)
    flags = OPTIONAL_POSITIONALS[tokens[0]]
    named = [part for flag, value in zip(flags, tokens[1 : 1 + count], strict=False) for part in (flag, value)]
    return [tokens[0], *named, *tokens[1 + min(count, len(flags)) :]]


def main(argv: Sequence[str], load: Callable[[], Collection]) -> None:
    """What ./inv does with the commands that `load` gives; leaves with the exit status."""
    from scenarios import signals
    from scenarios.commands import streams
    from scenarios.commands.command import status_of

    streams.install()
    signals.install()

    def run() -> int:
        try:
            Iolab(load()).run(["inv", *argv])
        except SystemExit as left:
            streams.flush()
            if type(left) is not SystemExit:
                raise
            return int(left.code or 0)
        return EXIT_PASS

    status = status_of(run)
    # The interpreter's last look for garbage, through all that was imported, takes longer than many a phase of a run;
    # and all of it goes with the process anyway.
    gc.freeze()
    sys.exit(status)


def hand_over() -> None:
    """Goes on as ./inv, which has all that the lab needs, when another invoke than ours is reading tasks.py."""
    loading = _loading_program(inspect.currentframe())
    if loading is None or isinstance(loading, Iolab):
        return
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    try:
        os.execv(INV, [str(INV), *loading.argv[1:]])
    except OSError as error:
        sys.exit(f"iolab: {INV}: {error.strerror}")


def _loading_program(frame: FrameType | None) -> Any:
    """The invoke that is loading tasks; None when they are imported by anything else, such as a test."""
    while frame is not None:
        found = frame.f_locals.get("self") if frame.f_code.co_name == "load_collection" else None
        if isinstance(found, Program):
            return found
        frame = frame.f_back
    return None
