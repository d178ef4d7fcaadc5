"""Findings: the faults of an attempt, and where in the learner's files to look. Pure."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from labs import lateness
from labs.attempt import PartResult
from labs.exercise import Exercise, Feedback
from labs.workspace import Unreadable
from scenarios import errors, families
from scenarios.engines.base import MOST_BYTES_OF_CODE
from scenarios.errors import LabFailure
from scenarios.judging import failures, verdict
from scenarios.pipeline.run.collect import KILLED
from scenarios.results.events import last_lines, shortened
from scenarios.results.evidence import ServiceEvidence
from scenarios.results.record import Check

# A traceback names a learner's file by the folder in which the engine puts it.
FRAME = re.compile(r'File "[^"]*[/\\]code[/\\]([a-z0-9_]+\.py)", line (\d+)')
TODO = "TODO"
# How much is shown of the output of a program: lines, characters of a line, characters of a measured value.
MAX_LINES, MAX_LINE, MAX_VALUE = 8, 160, 400
# How a program can fail before there is anything to measure.
PROGRAM_FAULTS = ("unreadable", "crash", "raised", "memory", "ended", "silent", "not-ready", "hang", "flood", "unclear")
# Why a run failed, where the learner's program can be the reason: it ended, hangs, or prints what the lab cannot read.
PROGRAM_CAUSES = (errors.ServiceDied.__name__, errors.WaitTimeout.__name__, errors.Misunderstood.__name__, None)
# The likely reasons for what the clients of a learner's server met, and for how a program ended.
LIKELY = {
    "ConnectionRefusedError": "Nothing listens at the server's address. It may listen on another port, or only on "
    "127.0.0.1, which no other machine reaches; or it has ended.",
    "ConnectionResetError": "The server closed a connection that still had unread bytes, or it ended.",
    "TimeoutError": "The server accepted no connection, or sent no answer.",
    "signal 9": "The kernel killed the program, usually because it used more memory than it may.",
}
LAB_CAUSES = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, LabFailure)}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    `about` is one of PROGRAM_FAULTS, a quantity's key, or a check's name with underscores. `told` states what was
    expected and the actual value; `say` is the exercise's own text for it. `lines` are the last lines of the program's
    output. `line` counts from 1, in `file`. `cause` is a likely reason in a sentence, if the lab knows one. A
    `detail` is a check's finding: its text may suppose that the quantities are right.
    """

    about: str
    told: str
    say: str = ""
    file: str = ""
    line: int = 0
    lines: tuple[str, ...] = ()
    cause: str = ""
    detail: bool = False


class CheckError(LabFailure):
    """The check itself failed; the learner's program may be fine."""


def unreadable_file(problem: Unreadable) -> Finding:
    """A file that Python cannot run."""
    return Finding("unreadable", problem.problem, file=problem.file, line=problem.line)


def find(exercise: Exercise, done: PartResult, here: Path) -> list[Finding]:
    """The faults of the learner's programs in `here`, the gravest first; raises CheckError."""
    if done.record.verdict in ("pass", "skip"):
        return []
    found = list(_failed_programs(done))
    if not found and done.record.cause is None:  # the run came to its end
        found = [*_quantities(done), *_checks(done)]
        if not found and (problem := _unmade_check(done)):
            raise CheckError(problem)
        # An exception is the likely reason for everything else.
        found = [*_raised(done), *found] if found else []
    if not found:
        raise CheckError(_late(done) or done.record.problem or "the run failed for an unknown reason")
    # Several parts may have functions of the same name, each in a file of its own.
    files = exercise.files if len(exercise.spec.parts) == 1 else list(done.part.programs.values())
    return [_placed(one, exercise, here, _files_of(one, done) or files) for one in found]


def _files_of(one: Finding, done: PartResult) -> list[str]:
    return [file for name, file in done.part.programs.items() if re.search(rf"\b{re.escape(name)}\b", one.told)]


def _failed_programs(done: PartResult) -> Iterator[Finding]:
    """The first of the learner's programs that failed; nothing if the lab failed for another reason than a flood."""
    if done.evidence is None:
        return
    if done.record.cause not in PROGRAM_CAUSES:
        yield from filter(None, (_flood(done.evidence.services[name]) for name in done.part.programs))
        return
    for name in done.part.programs:
        if failed := _failed(done.evidence.services[name], done):
            yield failed
            return
    if done.record.cause == errors.Misunderstood.__name__:
        yield Finding("unclear", str(done.record.problem))


def _failed(one: ServiceEvidence, done: PartResult) -> Finding | None:
    if flood := _flood(one):
        return flood
    error = failures.failure_of(one)
    if error and not _is_predicted(error, done):
        return _crashed(one, error)
    if one.exit_status is None and _timed_out(done) and not (_ended_late(one) or _late(done)):
        return _endless(one, done)
    if one.exit_status == 0 and one.name in done.scenario.awaited("ready"):
        return Finding(
            "ended", f"{one.name} should run until the lab stops it, but it ended by itself", lines=_last(one)
        )
    if one.exit_status == 0 and not _own_lines(one):
        return Finding("silent", f"{one.name} should print something, and ended without any output")
    return None


def _flood(one: ServiceEvidence) -> Finding | None:
    printed = sum(one.wrote.values())
    if one.cut_off:
        told = f"{one.name} printed {printed} bytes; the lab keeps {MOST_BYTES_OF_CODE} of each stream"
        return Finding("flood", told, lines=_last(one))
    if one.events_left_out:
        return Finding("flood", f"{one.name} printed more events than the lab keeps", lines=_last(one))
    return None


def _crashed(one: ServiceEvidence, error: Mapping[str, object]) -> Finding:
    about = "memory" if error["type"] == failures.OUT_OF_MEMORY else "crash"
    file, line = _frame(one.stderr_tail)
    told = printable(failures.in_words(error), MAX_VALUE)
    return Finding(about, told, file=file, line=line, lines=_traceback(one) or _last(one))


def _raised(done: PartResult) -> Iterator[Finding]:
    """Exceptions in the learner's own lines that did not end the run, such as one that ended a thread only."""
    for one in (done.evidence.services[name] for name in done.part.programs) if done.evidence else ():
        file, line = _frame(one.stderr_tail)
        if file:
            told = f"{one.name} raised an exception that ended it, or one of its threads or tasks"
            yield Finding("raised", told, file=file, line=line, lines=_traceback(one))


def _is_predicted(error: Mapping[str, object], done: PartResult) -> bool:
    """Whether theory predicts this kind of failure, even at another client."""
    predicted = (done.record.predicted or {}).get(failures.ERROR.key)
    return isinstance(predicted, Mapping) and all(predicted.get(key) == error[key] for key in ("service", "type"))


def _timed_out(done: PartResult) -> bool:
    return done.record.cause == errors.WaitTimeout.__name__


def _late(done: PartResult) -> str | None:
    """Why the machine, and no program, may be the reason that the time was up; None if it is not."""
    return lateness.why_late(done.evidence) if _timed_out(done) else None


def _ended_late(one: ServiceEvidence) -> bool:
    """Whether it ended by itself after the lab had stopped waiting: it was slow, on a busy machine, and not stuck.

    The report of its end may come after the lab itself killed it.
    """
    reports = {event["event"]: event for event in one.events if event["event"] in ("started", "exited")}
    if "exited" not in reports or reports["exited"]["code"] == KILLED:
        return False
    return reports["exited"].get("seal") == reports.get("started", {}).get("seal")


def _endless(one: ServiceEvidence, done: PartResult) -> Finding:
    seconds = f"within {done.part.timeout:g} s"
    if one.last("ready") is not None or one.name not in done.scenario.awaited("ready"):
        return Finding("hang", f"{one.name} should end {seconds}, and was still running", lines=_last(one))
    if not _own_lines(one):
        return Finding("silent", f"{one.name} should report that it is ready {seconds}, and printed nothing")
    return Finding("not-ready", f"{one.name} should report that it is ready {seconds}, and did not", lines=_last(one))


def _own_lines(one: ServiceEvidence) -> tuple[str, ...]:
    """The last lines that the program wrote, without the lab's own."""
    lines = [line for line in last_lines(one.stdout_tail) if '"seal": "' not in line]
    return tuple(map(shortened, (*lines, *last_lines(one.stderr_tail))))


def _last(one: ServiceEvidence) -> tuple[str, ...]:
    return tuple(printable(line) for line in _own_lines(one)[-MAX_LINES:])


def printable(text: str, most: int = MAX_LINE) -> str:
    """The text cut to `most` characters, without control characters, which would steer the terminal."""
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text[:most])
    return shown if len(text) <= most else f"{shown} ... ({len(text)} characters)"


def _traceback(one: ServiceEvidence) -> tuple[str, ...]:
    """The last traceback, from the learner's first line in it on; the lab's own frames do not help."""
    lines = one.stderr_tail.rpartition(failures.TRACEBACK)[2].splitlines()
    first = next((number for number, line in enumerate(lines) if FRAME.search(line)), len(lines))
    return tuple(printable(line) for line in lines[first:] if line.strip())[-MAX_LINES:]


def _frame(stderr: str) -> tuple[str, int]:
    """The innermost line of the learner's own files in the last traceback."""
    found = FRAME.findall(stderr.rpartition(failures.TRACEBACK)[2])
    return (found[-1][0], int(found[-1][1])) if found else ("", 0)


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
