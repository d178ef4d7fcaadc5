"""The texts of ./inv and --help: the list of commands by group, and the usage of one command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from invoke import Collection

HEAD = """\
iolab tests what tutorials claim about select, poll, epoll, threads and gevent.

Usage: ./inv COMMAND [ARGUMENTS] [COMMAND [ARGUMENTS] ...]
"""
FOOT = """\

Examples:
  ./inv scenario epoll-500                     500 clients, one epoll loop
  ./inv scenario select-1100 --nofile 4096     a higher limit changes the error

./inv COMMAND --help shows a command's options, ./inv --version the version."""


def overview(namespace: Collection) -> str:
    """All commands, one line each, by group."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, one in commands(namespace):
        groups.setdefault(one.group, []).append((name, first_line(one)))
    width = max(len(name) for lines in groups.values() for name, _ in lines)
    lines = [HEAD.rstrip()]
    for group, members in groups.items():
        lines += ["", f"{group}:", *(f"  {name:{width}}  {text}" for name, text in members)]
    return "\n".join(lines) + "\n" + FOOT


def commands(namespace: Collection) -> Iterator[tuple[str, Any]]:
    """(name on the command line, task) of each command, in the order of tasks.py."""
    found = {task: name for name, task in namespace.tasks.items()}
    for outer, inner in namespace.collections.items():
        found |= {task: outer if name == inner.default else f"{outer}.{name}" for name, task in inner.tasks.items()}
    for task in sorted(found, key=lambda one: one.body.__wrapped__.__code__.co_firstlineno):
        yield found[task], task


def first_line(task: Any) -> str:
    """The first line of a command's docstring."""
    return str((task.__doc__ or "").strip().partition("\n")[0])


def usage(name: str, text: str, context: Any, optional: Sequence[str]) -> str:
    """A command's help down to the list of options. `optional` are flags whose values may stand without the flag."""
    positional = [argument.name.upper() for argument in context.positional_args]
    positional += [f"[{flag.removeprefix('--').upper()}]" for flag in optional]
    line = " ".join([f"Usage: ./inv {name}", *positional, *(["[OPTIONS]"] if context.flags else [])])
    return f"{line}\n\n{text}\n" + ("\nOptions:" if context.flags else "")


def options(context: Any) -> list[tuple[str, str]]:
    """(flags, help) of a command's options, sorted. An old name of an option has no help and is not listed.

    In tasks.py the help of an option that takes a value begins with the value's name and two spaces.
    """
    arguments = {id(one): one for one in context.flags.values()}.values()
    return [_option(one) for one in sorted(arguments, key=lambda one: one.name) if one.help]


def _option(argument: Any) -> tuple[str, str]:
    value, _, text = (argument.help or "").rpartition("  ")
    flags = sorted((f"-{name}" if len(name) == 1 else f"--{name}" for name in argument.names), key=len)
    return ", ".join(flags) + (f" {value}" if value else ""), text
