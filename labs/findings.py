"""Findings: the faults of an attempt, and where in the learner's files to look. Pure."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from labs.attempt import PartResult
from labs.exercise import Exercise, Feedback
from labs.finding import MAX_VALUE, Finding, printable
from labs.program_faults import failed_programs, raised, why_late
from labs.workspace import Unreadable
from scenarios import errors, families
from scenarios.errors import LabFailure
from scenarios.judging import verdict
from scenarios.results.record import Check

TODO = "TODO"
# How a program can fail before there is anything to measure.
PROGRAM_FAULTS = ("unreadable", "crash", "raised", "memory", "ended", "silent", "not-ready", "hang", "flood", "unclear")
# The likely reasons for what the clients of a learner's server met, and for how a program ended.
LIKELY = {
    "ConnectionRefusedError": "Nothing listens at the server's address. It may listen on another port, or only on "
    "127.0.0.1, which no other machine reaches; or it has ended.",
    "ConnectionResetError": "The server closed a connection that still had unread bytes, or it ended.",
    "TimeoutError": "The server accepted no connection, or sent no answer.",
    "signal 9": "The kernel killed the program, usually because it used more memory than it may.",
}
LAB_CAUSES = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, LabFailure)}


class CheckError(LabFailure):
    """The check itself failed; the learner's program may be fine."""


def unreadable_file(problem: Unreadable) -> Finding:
    """A file that Python cannot run."""
    return Finding("unreadable", problem.problem, file=problem.file, line=problem.line)


def find(exercise: Exercise, done: PartResult, here: Path) -> list[Finding]:
    """The faults of the learner's programs in `here`, the gravest first; raises CheckError."""
    if done.record.verdict in ("pass", "skip"):
        return []
    found = list(failed_programs(done))
    if not found and done.record.cause is None:  # the run came to its end
        found = [*_quantities(done), *_checks(done)]
        if not found and (problem := _unmade_check(done)):
            raise CheckError(problem)
        # An exception is the likely reason for everything else.
        found = [*raised(done), *found] if found else []
    if not found:
        raise CheckError(why_late(done) or done.record.problem or "the run failed for an unknown reason")
    # Several parts may have functions of the same name, each in a file of its own.
    files = exercise.files if len(exercise.spec.parts) == 1 else list(done.part.programs.values())
    return [_placed(one, exercise, here, _files_of(one, done) or files) for one in found]


def _files_of(one: Finding, done: PartResult) -> list[str]:
    return [file for name, file in done.part.programs.items() if re.search(rf"\b{re.escape(name)}\b", one.told)]


def _quantities(done: PartResult) -> Iterator[Finding]:
    if done.record.measured is None or done.prediction is None:
        return
    family = families.find(done.scenario.family)
    for key, told in verdict.differing(family.quantities, done.prediction, done.record.measured):
        yield Finding(key, printable(told, MAX_VALUE))


def _checks(done: PartResult) -> Iterator[Finding]:
    """Checks that failed, or crashed on the program's output."""
    for check in done.record.checks:
        if check.result == "failed":
            yield Finding(_about(check), f'the check "{check.name}" failed: {_reason(check)}', detail=True)
        elif check.result == "error" and check.cause not in LAB_CAUSES:
            yield Finding("unclear", f'the check "{check.name}" cannot read what the program printed: {_reason(check)}')


def _unmade_check(done: PartResult) -> str | None:
    """Why a check could not be made; as in the verdict (judging/verdict.py), a check that failed outweighs it."""
    unmade = (one for one in done.record.checks if one.result == "error" and one.cause in LAB_CAUSES)
    return next((f'the check "{one.name}" could not run: {one.message}' for one in unmade), None)


def unchecked(exercise: Exercise, done: PartResult) -> list[Check]:
    """The checks that the exercise needs and this machine cannot run."""
    unavailable = "skipped", errors.Unavailable.__name__
    skipped = [check for check in done.record.checks if (check.result, check.cause) == unavailable]
    return [check for check in skipped if feedback_for(_about(check), exercise)]


def _about(check: Check) -> str:
    return check.name.replace(" ", "_")


def _reason(check: Check) -> str:
    return printable(check.message.removeprefix("AssertionError: ").partition("\n")[0], MAX_VALUE)


def feedback_for(about: str, exercise: Exercise) -> Feedback | None:
    """The first entry whose `when` matches; a `*` in it matches anything."""
    entries = exercise.spec.feedback
    return next((one for one in entries if any(fnmatchcase(about, when) for when in one.when)), None)


def _placed(one: Finding, exercise: Exercise, here: Path, files: Sequence[str]) -> Finding:
    """With the exercise's own text, if it has one, and with a place to look at.

    That is where it crashed, the name in `look`, the first TODO, or the first of the files.
    """
    feedback = feedback_for(one.about, exercise)
    one = replace(one, cause=next((text for word, text in LIKELY.items() if word in one.told), ""))
    if feedback:
        one = replace(one, say=feedback.say)
    if one.file:
        return one
    module, _, look = ((feedback and feedback.look) or "").rpartition(".")
    if module:
        files = [f"{module}.py"]
    for name in files:
        if look and (line := _defined(look, _text(here / name))):
            return replace(one, file=name, line=line)
    for name in files:
        if line := _line_with(TODO, _text(here / name)):
            return replace(one, file=name, line=line)
    return replace(one, file=files[0], line=1)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _defined(name: str, text: str) -> int:
    """The line, from 1, that defines a function or class of that name; 0 where there is none."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return 0
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return next((node.lineno for node in ast.walk(tree) if isinstance(node, kinds) and node.name == name), 0)


def _line_with(word: str, text: str) -> int:
    lines = text.splitlines()
    return next((number for number, line in enumerate(lines, 1) if word in line), 0)
