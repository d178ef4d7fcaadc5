"""What an attempt showed that is not as it must be, and where in the learner's files to look. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from labs.attempt import Done
from labs.exercise import Exercise, Feedback
from labs.workspace import Unreadable
from scenarios import errors, failures, families, verdict
from scenarios.errors import LabFailure
from scenarios.events import last_lines, shortened
from scenarios.evidence import ServiceEvidence
from scenarios.record import Check

# Where the engines put a learner's files, as a traceback names them.
FRAME = re.compile(r'File "[^"]*[/\\]code[/\\]([a-z0-9_]+\.py)", line (\d+)')
TODO = "TODO"
# How much of what a program printed is shown: lines, and characters of one line and of what was measured.
SHOWN_LINES, OF_A_LINE, OF_A_VALUE = 8, 160, 400
# What no program of an exercise prints.
FLOOD = 32 * 1024 * 1024
# What became of a program, before there is anything to measure.
FATES = ("unreadable", "crash", "raised", "memory", "ended", "silent", "not-ready", "hang", "flood", "unclear")
# Causes that a learner's program can have: it ended, it goes on without end, or says what nobody understands.
THEIRS = (errors.ServiceDied.__name__, errors.WaitTimeout.__name__, errors.Misunderstood.__name__, None)
OF_THE_LAB = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, LabFailure)}


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it must be.

    `about` is one of FATES, a quantity's key, or a check's name with underscores. `told` says what was expected and
    what was seen; `say` is in the exercise's words, `lines` are a program's last ones. `line` counts from 1, in `file`.
    """

    about: str
    told: str
    say: str = ""
    file: str = ""
    line: int = 0
    lines: tuple[str, ...] = ()


class Broken(LabFailure):
    """The lab could not tell, which says nothing of the learner's program."""


def of_unreadable(found: Unreadable) -> Finding:
    """A file that cannot be run at all."""
    return Finding("unreadable", found.problem, file=found.file, line=found.line)


def of_part(exercise: Exercise, done: Done, here: Path) -> list[Finding]:
    """What is wrong with the learner's programs, the gravest first; none when all is as it must be.

    Raises Broken when the lab itself could not tell.
    """
    if done.record.verdict in ("pass", "skip"):
        return []
    found = list(_fates(done))
    if not found and done.record.cause is None:  # the run came to its end
        found = [*_quantities(done), *_checks(done)]
        # Whatever else was seen probably came of that.
        found = [*_raised(done), *found] if found else []
    if not found:
        raise Broken(done.record.problem or "nothing was shown")
    # Several parts may have functions of the same name, each in a file of its own.
    files = exercise.files if len(exercise.stated.parts) == 1 else list(done.part.programs.values())
    return [_placed(_worded(one, exercise), exercise, here, _meant(one, done) or files) for one in found]


def _meant(one: Finding, done: Done) -> list[str]:
    """The files of the services that the finding names."""
    return [file for name, file in done.part.programs.items() if re.search(rf"\b{re.escape(name)}\b", one.told)]


def _fates(done: Done) -> Iterator[Finding]:
    """What became of programs that did not come through; nothing where the lab is the one that failed."""
    if done.record.cause not in THEIRS or done.evidence is None:
        return
    for name in done.theirs:
        fate = _fate(done.evidence.services[name], done)
        if fate:
            yield fate
            return
    if done.record.cause == errors.Misunderstood.__name__:
        yield Finding("unclear", str(done.record.problem))


def _fate(one: ServiceEvidence, done: Done) -> Finding | None:
    """What became of one program, if that is worth more than what was measured of it."""
    if one.cut_off or sum(one.wrote.values()) > FLOOD:
        return Finding("flood", f"{one.name} printed {sum(one.wrote.values())} bytes", lines=_last(one))
    failed = failures.failure_of(one)
    if failed and not _is_foreseen(failed, done):
        about = "memory" if failed["type"] == failures.OUT_OF_MEMORY else "crash"
        file, line = _frame(one.stderr_tail)
        return Finding(
            about,
            plain(failures.in_words(failed), OF_A_VALUE),
            file=file,
            line=line,
            lines=_traceback(one) or _last(one),
        )
    if one.exit_status is None and done.record.cause == errors.WaitTimeout.__name__:
        return _endless(one, done)
    if one.exit_status == 0 and one.name in done.scenario.awaited("ready"):
        return Finding("ended", f"{one.name} ended by itself; it must serve until it is ended", lines=_last(one))
    if one.exit_status == 0 and not _own(one):
        return Finding("silent", f"{one.name} ran to its end and printed nothing")
    return None


def _raised(done: Done) -> Iterator[Finding]:
    """An exception in a learner's own lines that was no end of the run, such as one that ended a thread alone."""
    for one in (done.evidence.services[name] for name in done.theirs) if done.evidence else ():
        file, line = _frame(one.stderr_tail)
        if file:
            told = f"{one.name} met an exception, which ended it or a part of it"
            yield Finding("raised", told, file=file, line=line, lines=_traceback(one))


def _is_foreseen(failed: Mapping[str, object], done: Done) -> bool:
    """Whether theory said that just this kind of failure comes, be it elsewhere."""
    foreseen = (done.record.predicted or {}).get(failures.ERROR.key)
    return isinstance(foreseen, Mapping) and all(foreseen.get(key) == failed[key] for key in ("service", "type"))


def _endless(one: ServiceEvidence, done: Done) -> Finding:
    seconds = f"within {done.part.timeout:g} s"
    if one.last("ready") is not None or one.name not in done.scenario.awaited("ready"):
        return Finding("hang", f"{one.name} should have come to its end {seconds}, and still ran", lines=_last(one))
    if not _own(one):
        return Finding("silent", f"{one.name} should have said that it is ready {seconds}, and printed nothing")
    return Finding("not-ready", f"{one.name} did not say {seconds} that it is ready", lines=_last(one))


def _own(one: ServiceEvidence) -> tuple[str, ...]:
    """The last lines that the program wrote itself."""
    lines = [line for line in last_lines(one.stdout_tail) if '"seal": "' not in line]
    return tuple(map(shortened, (*lines, *last_lines(one.stderr_tail))))


def _last(one: ServiceEvidence) -> tuple[str, ...]:
    return tuple(plain(line) for line in _own(one)[-SHOWN_LINES:])


def plain(text: str, most: int = OF_A_LINE) -> str:
    """What a program printed, as one text for a terminal: bounded, and without what would steer it."""
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text[:most])
    return shown if len(text) <= most else f"{shown} ... ({len(text)} characters)"


def _traceback(one: ServiceEvidence) -> tuple[str, ...]:
    """The last traceback, from the learner's first line in it on: how the lab came there is of no use."""
    lines = one.stderr_tail.rpartition(failures.TRACEBACK)[2].splitlines()
    first = next((number for number, line in enumerate(lines) if FRAME.search(line)), len(lines))
    return tuple(plain(line) for line in lines[first:] if line.strip())[-SHOWN_LINES:]


def _frame(stderr: str) -> tuple[str, int]:
    """The innermost line of the learner's own files in the last traceback."""
    found = FRAME.findall(stderr.rpartition(failures.TRACEBACK)[2])
    return (found[-1][0], int(found[-1][1])) if found else ("", 0)


def _quantities(done: Done) -> Iterator[Finding]:
    """What was measured and is not what theory says."""
    if done.record.measured is None or done.prediction is None:
        return
    family = families.find(done.scenario.family)
    for key, told in verdict.differing(family.quantities, done.prediction, done.record.measured):
        yield Finding(key, plain(told, OF_A_VALUE))


def _checks(done: Done) -> Iterator[Finding]:
    """Checks that do not hold, or crashed over what the program said. Raises Broken for one that the lab crashed."""
    for check in done.record.checks:
        if check.result == "failed":
            yield Finding(_about(check), f"{check.name} does not hold: {_reason(check)}")
        elif check.result == "error":
            if check.cause in OF_THE_LAB:
                raise Broken(f"{check.name} could not be checked: {check.message}")
            yield Finding("unclear", f"{check.name} could not be understood: {_reason(check)}")


def not_looked_at(exercise: Exercise, done: Done) -> list[Check]:
    """The checks of what the exercise asks for that this machine could not look at."""
    return [
        check
        for check in done.record.checks
        if check.result == "skipped"
        and check.cause == errors.Unavailable.__name__
        and feedback_for(_about(check), exercise)
    ]


def _about(check: Check) -> str:
    return check.name.replace(" ", "_")


def _reason(check: Check) -> str:
    return plain(check.message.removeprefix("AssertionError: ").partition("\n")[0], OF_A_VALUE)


def _worded(one: Finding, exercise: Exercise) -> Finding:
    """With the exercise's own words, if it has some for it."""
    feedback = feedback_for(one.about, exercise)
    return replace(one, say=feedback.say) if feedback else one


def feedback_for(about: str, exercise: Exercise) -> Feedback | None:
    """The first entry that is meant for such a finding; a `*` in it stands for anything."""
    entries = exercise.stated.feedback
    return next((one for one in entries if any(fnmatchcase(about, when) for when in one.when)), None)


def _placed(one: Finding, exercise: Exercise, here: Path, files: Sequence[str]) -> Finding:
    """With a place to look at: where it crashed, what the exercise names, the first TODO, or the first of the files."""
    if one.file:
        return one
    feedback = feedback_for(one.about, exercise)
    module, _, look = ((feedback and feedback.look) or "").rpartition(".")
    if module:
        files = [f"{module}.py"]
    for name in files:
        if look and (line := _defined(look, _text(here / name))):
            return replace(one, file=name, line=line)
    for name in files:
        if line := _first(TODO, _text(here / name)):
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


def _first(word: str, text: str) -> int:
    lines = text.splitlines()
    return next((number for number, line in enumerate(lines, 1) if word in line), 0)
