"""Messages for a wrong command line, in the project's words instead of invoke's."""

from __future__ import annotations

import re

from invoke import ParseError

UNKNOWN = re.compile(r"No idea what '(.*)' is!")
MISSING = re.compile(r".* did not receive required positional arguments: (.*)")
VALUELESS = re.compile(r"Flag <Argument: ([\w-]+).*> needed value and was not given one!")
LISTED = {("scenario", "NAME"), ("sweep", "NAME")}  # arguments that are names of the catalog
OVERVIEW = "./inv lists all commands, ./inv COMMAND --help shows the options of one."


def in_words(error: ParseError) -> str:
    """The message, with the command that helps."""
    text, command = str(error), error.context.name if error.context else None
    if found := VALUELESS.fullmatch(text):
        text = f"--{found[1]} needs a value"
    elif found := UNKNOWN.fullmatch(text):
        # invoke takes an unknown option for the value of an argument, and only then stumbles over the next word.
        given = [str(one.value) for one in error.context.positional_args] if error.context else []
        text = _unknown(next((one for one in given if one.startswith("-")), found[1]), command)
    elif found := MISSING.fullmatch(text):
        names = found[1].replace("'", "").upper()
        if (command, names) in LISTED:
            return f"{command} needs a name; ./inv scenarios lists them"
        text = f"{command} needs {names}"
    return f"{text}; see ./inv {command} --help" if command else f"{text}\n{OVERVIEW}"


def _unknown(token: str, command: str | None) -> str:
    kind = "option" if token.startswith("-") else "argument" if command else "command"
    return f"{command or './inv'} has no {kind} {token!r}"
