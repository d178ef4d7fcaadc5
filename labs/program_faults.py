"""How the learner's programs failed before there was anything to measure: crashes, floods, ends, hangs. Pure."""

import re
from collections.abc import Iterator, Mapping

from labs import lateness
from labs.attempt import PartResult
from labs.finding import MAX_LINES, MAX_VALUE, Finding, printable
from scenarios import errors
from scenarios.engines.base import MOST_BYTES_OF_CODE
from scenarios.judging import failures
from scenarios.pipeline.run.collect import KILLED
from scenarios.results.events import last_lines, shortened
from scenarios.results.evidence import ServiceEvidence

# A traceback names a learner's file by the folder in which the engine puts it.
FRAME = re.compile(r'File "[^"]*[/\\]code[/\\]([a-z0-9_]+\.py)", line (\d+)')
# Why a run failed, where the learner's program can be the reason: it ended, hangs, or prints what the lab cannot read.
PROGRAM_CAUSES = (errors.ServiceDied.__name__, errors.WaitTimeout.__name__, errors.Misunderstood.__name__, None)


def failed_programs(done: PartResult) -> Iterator[Finding]:
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
    if one.exit_status is None and _timed_out(done) and not (_ended_late(one) or why_late(done)):
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


def raised(done: PartResult) -> Iterator[Finding]:
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


def why_late(done: PartResult) -> str | None:
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


def _traceback(one: ServiceEvidence) -> tuple[str, ...]:
    """The last traceback, from the learner's first line in it on; the lab's own frames do not help."""
    lines = one.stderr_tail.rpartition(failures.TRACEBACK)[2].splitlines()
    first = next((number for number, line in enumerate(lines) if FRAME.search(line)), len(lines))
    return tuple(printable(line) for line in lines[first:] if line.strip())[-MAX_LINES:]


def _frame(stderr: str) -> tuple[str, int]:
    """The innermost line of the learner's own files in the last traceback."""
    found = FRAME.findall(stderr.rpartition(failures.TRACEBACK)[2])
    return (found[-1][0], int(found[-1][1])) if found else ("", 0)
