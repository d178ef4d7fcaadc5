"""The program `inv`: invoke, used as a library. tasks.py has the commands."""

from __future__ import annotations

import gc
import inspect
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from invoke import Argument, Collection, Config, Executor, Exit, ParseError, Program

from scenarios import __version__
from scenarios.commands import help_text, standard_streams, usage_errors
from scenarios.commands.command import report_thread, status_of
from scenarios.errors import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EXIT_USAGE, LabFailure
from scenarios.system import signals

INV = Path(__file__).resolve().parent.parent.parent / "inv"
# invoke has no optional positional arguments. These commands take some, in this order.
OPTIONAL_POSITIONALS = {
    "scenarios": ("--name",),
    "families": ("--name",),
    "logs": ("--run", "--service"),
    "report": ("--run",),
    **{f"lab.{command}": ("--name",) for command in ("start", "check", "watch", "hint", "solution", "reset", "verify")},
    "lab.report": ("--folder",),
}
# With one of these options `scenario` takes no name.
FOR_ALL = {"--all", "--topic", "--resume"}
HELP = {"-h", "--help"}
# From the best to the worst: a known failure is worse than an unknown outcome.
SEVERITY = (EXIT_PASS, EXIT_ERROR, EXIT_FAIL, EXIT_USAGE)


class Settings(Config):
    """Invoke's settings under the name iolab: the user's .invoke.yaml for other projects does not apply here."""

    prefix = "iolab"


class Iolab(Program):
    """The program that ./inv runs. See invoke's documentation, "Using Invoke as a library"."""

    def __init__(self, namespace: Collection) -> None:
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
        """Adds the options by which invoke finds tasks.py: another invoke passes them on to ./inv."""
        return [*super().core_args(), *self.task_args()]

    def parse_core(self, argv: list[str] | None) -> None:
        kept = sys.dont_write_bytecode
        with _usage():
            super().parse_core(argv)
        # invoke turns bytecode off to keep .pyc files out of projects. Here git ignores them, and they halve the time
        # of the start.
        sys.dont_write_bytecode = kept

    def parse_core_args(self) -> None:
        """Answers a shell's request for completion, if this is one."""
        super().parse_core_args()
        script = self.args["print-completion-script"].value
        if not (script or self.args.complete.value):
            return
        # It needs PyYAML, and tasks.py must be importable where only invoke is installed.
        from scenarios.commands import completion

        if script:
            print(completion.script(script), end="")
        else:
            words = self.argv[self.argv.index("--") + 1 :] if "--" in self.argv else []
            for candidate in completion.candidates(words, self._commands, self.initial_context.flag_names()):
                print(candidate)
        raise Exit

    def parse_tasks(self) -> None:
        """Reads the commands. `--help` after a command asks for help on it."""
        rest = self.core.unparsed
        asked = next((i for i, token in enumerate(rest) if token in HELP), None)
        if asked is not None:
            self.args.help.value, rest = self._nearest(rest[:asked]) or True, []
        with _usage():
            self.core.unparsed = named_positionals(without_name(rest))
            super().parse_tasks()
            self._check_values(rest)

    def _check_values(self, tokens: Sequence[str]) -> None:
        """Refuses a repeatable option without its value; invoke accepts it."""
        contexts = self.parser.contexts.values()
        repeatable = {flag for one in contexts for flag, argument in one.flags.items() if argument.kind is list}
        for token, after in pairwise([*tokens, "-"]):
            if token in repeatable and after.startswith("-"):
                raise ParseError(f"{token} needs a value")

    def _nearest(self, tokens: Sequence[str]) -> str | None:
        """The last of the tokens that names a command, else the first token."""
        known = {name for pair in self._commands.task_names.items() for name in (pair[0], *pair[1])}
        return next((token for token in reversed(tokens) if token in known), tokens[0] if tokens else None)

    def parse_cleanup(self) -> None:
        with _usage():
            super().parse_cleanup()

    def execute(self) -> NoReturn:
        """Runs the commands one after the other and exits with the worst status; stops after wrong usage."""
        statuses: list[Any] = [EXIT_PASS]
        for one in self.tasks:
            results = Executor(self.collection, self.config, self.core).execute(one)
            statuses += results.values()
            if EXIT_USAGE in statuses:
                break
        sys.exit(worst(statuses))

    def print_help(self) -> None:
        print(help_text.overview(self._commands))

    def list_flat(self) -> None:
        self.print_help()

    def print_task_help(self, name: str) -> None:
        context, text = self.parser.contexts[name], inspect.getdoc(self.collection[name]) or ""
        print(help_text.usage(name, text, context, OPTIONAL_POSITIONALS.get(name, ())))
        if context.flags:
            self.print_columns(help_text.options(context))


@contextmanager
def _usage() -> Iterator[None]:
    """Exits with 2 on wrong usage. Invoke exits with 1, which here means that a prediction failed."""
    try:
        yield
    except ParseError as error:
        raise Exit(usage_errors.in_words(error), code=EXIT_USAGE) from error


def worst(statuses: Sequence[int]) -> int:
    """The exit status of several commands together. Another program's, such as a shell's, counts as EXIT_FAIL."""
    return max(statuses, key=lambda one: SEVERITY.index(one if one in SEVERITY else EXIT_FAIL))


def without_name(tokens: list[str]) -> list[str]:
    """Turns `scenario --all` into `scenario --name= --all`; raises ParseError if there is a name too."""
    if tokens[:1] != ["scenario"] or FOR_ALL.isdisjoint(token.partition("=")[0] for token in tokens):
        return tokens
    if not tokens[1].startswith("-"):
        only = next((one for one in ("--resume", "--topic") if one in tokens and "--all" not in tokens), None)
        subject = f"{only} works only with --all, which" if only else "--all"
        raise ParseError(f"{subject} takes no scenario name, such as {tokens[1]!r}")
    return ["scenario", "--name=", *tokens[1:]]


def named_positionals(tokens: list[str]) -> list[str]:
    """Turns `logs RUN SERVICE` into `logs --run RUN --service SERVICE`."""
    if not tokens or tokens[0] not in OPTIONAL_POSITIONALS:
        return tokens
    count = next((i for i, token in enumerate(tokens[1:]) if token.startswith("-")), len(tokens) - 1)
    flags = OPTIONAL_POSITIONALS[tokens[0]]
    named = [part for flag, value in zip(flags, tokens[1 : 1 + count], strict=False) for part in (flag, value)]
    return [tokens[0], *named, *tokens[1 + min(count, len(flags)) :]]


def main(argv: Sequence[str], load: Callable[[], Collection]) -> None:
    """Runs the command line and exits with its status. `load` returns the commands; what it raises is reported too."""
    standard_streams.install()
    signals.install()
    threading.excepthook = report_thread

    def run() -> int:
        _require_folder()
        try:
            Iolab(load()).run(["inv", *argv])
        except SystemExit as end:
            standard_streams.flush()
            if type(end) is not SystemExit:
                raise
            return int(end.code or 0)
        return EXIT_PASS

    status = status_of(run)
    # Without this the interpreter collects garbage once more before it exits, through everything that was imported.
    # It saves 65 ms of 372 for `./inv scenarios`, and 218 of 1427 for a local run (CPU, medians of nine).
    gc.freeze()
    sys.exit(status)


def _require_folder() -> None:
    try:
        Path.cwd()
    except FileNotFoundError as error:
        raise LabFailure("the current folder was removed: change to one that exists, such as with `cd`") from error


def hand_over() -> None:
    """Becomes ./inv, which has every library that the lab needs, if another invoke is importing tasks.py."""
    started = Path(sys.argv[0])
    if not {started.name, started.parent.name} & {"inv", "invoke"} or started.resolve() == INV:
        return
    try:
        os.execv(INV, [str(INV), *sys.argv[1:]])
    except OSError as error:
        sys.exit(f"iolab: {INV}: {error.strerror}")
