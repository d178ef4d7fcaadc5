"""A learner's yes to programs that run as processes of this machine: asked for once, before the first of them."""

from __future__ import annotations

import sys
from collections.abc import Callable

from labs import progress
from scenarios.engines.base import Engine
from scenarios.errors import UsageError

QUESTION = "May your programs run like that? [y/N] "


def ask(engine: Engine, yes: bool, reads: Callable[[str], str] | None = None) -> None:
    """Returns once the learner has agreed to what the engine does not keep apart.

    Raises UsageError when there was no yes; `reads` asks on a terminal (None: there is none).
    """
    if engine.not_isolated is None or progress.load().consents:
        return
    if not yes:
        answer = reads(QUESTION) if reads else ""
        if answer.strip().casefold() not in ("y", "yes"):
            raise UsageError(
                f"on the {engine.name} engine programs run as you: {engine.not_isolated}. "
                "--yes agrees to that, once for all; with a Docker Engine they run in containers"
            )
    with progress.noting() as noted:
        noted.consents = True


def reader() -> Callable[[str], str] | None:
    """Asks on this terminal; None where there is none."""
    return _asked if sys.stdin.isatty() and sys.stderr.isatty() else None


def _asked(question: str) -> str:
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline()
