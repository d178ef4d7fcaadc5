"""Consent to run learners' programs without isolation, on the local engine: asked once, before the first of them."""

import sys
from collections.abc import Callable

from labs import progress
from scenarios.engines.base import Engine
from scenarios.errors import UsageError

QUESTION = "Run your code on this machine without isolation? [y/N] "


def ask(engine: Engine, yes: bool, prompt: Callable[[str], str] | None = None) -> None:
    """Returns if the engine isolates programs, or the learner consents; raises UsageError otherwise.

    `prompt` asks on a terminal; None if there is none.
    """
    if engine.not_isolated is None or progress.load().consents:
        return
    if not yes:
        answer = prompt(QUESTION) if prompt else ""
        if answer.strip().casefold() not in ("y", "yes"):
            raise UsageError(
                f"the {engine.name} engine runs your code on this machine, {engine.not_isolated}. "
                "Agree once with --yes, or start a Docker Engine, which runs your code in containers"
            )
    with progress.updating() as saved:
        saved.consents = True


def terminal_prompt() -> Callable[[str], str] | None:
    """A function that asks on this terminal; None if there is none."""
    return _prompt if sys.stdin.isatty() and sys.stderr.isatty() else None


def _prompt(question: str) -> str:
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline()
