"""What ./inv and --help show: the commands by their groups, and one command with its example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from invoke import Collection

HEAD = """\
iolab predicts, runs, measures and judges experiments on select, poll, epoll, threads and gevent.

Usage: ./inv COMMAND [ARGUMENTS] [COMMAND [ARGUMENTS] ...]
"""
FOOT = """\

Examples:
  ./inv scenario epoll-500                     500 clients, one epoll loop: does it hold?
  ./inv scenario select-1100 --nofile 4096     more descriptors change the error

./inv COMMAND --help says what a command takes; ./inv --version, which iolab this is."""


def of_all(namespace: Collection) -> str:
    """All commands, one line each, below the headings of their groups."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, one in commands(namespace):
        groups.setdefault(one.group, []).append((name, first_line(one)))
    width = max(len(name) for lines in groups.values() for name, _ in lines)
    lines = [HEAD.rstrip()]
    for group, members in groups.items():
        lines += ["", f"{group}:", *(f"  {name:{width}}  {text}" for name, text in members)]
    return "\n".join(lines) + "\n" + FOOT


def commands(namespace: Collection) -> Iterator[tuple[str, Any]]:
    """The commands in the order in which tasks.py has them, each with the name by which it is called."""
    found = {task: name for name, task in namespace.tasks.items()}
    for outer, inner in namespace.collections.items():
        found |= {task: outer if name == inner.default else f"{outer}.{name}" for name, task in inner.tasks.items()}
    for task in sorted(found, key=lambda one: one.body.__wrapped__.__code__.co_firstlineno):
        yield found[task], task


def first_line(task: Any) -> str:
    """What a command does, in one line."""
    return str((task.__doc__ or "").strip().partition("\n")[0])


def of_one(name: str, text: str, context: Any) -> str:
    """A command's usage and text, up to its options."""
    positional = " ".join(argument.name.upper() for argument in context.positional_args)
    usage = " ".join(filter(None, (f"Usage: ./inv {name}", positional, "[OPTIONS]" if context.flags else "")))
    return f"{usage}\n\n{text}\n" + ("\nOptions:" if context.flags else "")
