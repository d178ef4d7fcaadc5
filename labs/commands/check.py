"""lab.check: runs the learner's programs once and shows what is wrong."""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass

from labs import checking, consent, course, output, progress, workspace
from labs.checking import Checked, Prompt
from labs.exercise import Exercise
from scenarios.commands.scenario import Options, connect
from scenarios.engines.base import Engine
from scenarios.errors import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, UsageError
from scenarios.pipeline.experiment import Setup
from scenarios.report.terminal import TerminalAudience

STATUS = {"passed": EXIT_PASS, "skipped": EXIT_PASS, "not yet": EXIT_FAIL, "unknown": EXIT_ERROR}


@dataclass(frozen=True)
class CheckOptions:
    engine: str | None = None
    yes: bool = False
    predict: tuple[str, ...] = ()
    as_json: bool = False


def check(name: str, options: CheckOptions) -> int:
    """Checks the exercise of that name, by default the one that was started or checked last."""
    exercise = find_or_current(name)
    if not workspace.folder(exercise).is_dir():
        raise workspace.not_started(exercise)
    predictions = parse_predictions(options.predict)
    engine = connect(Options(options.engine))
    consent.ask(engine, options.yes, consent.terminal_prompt())
    if not options.as_json:
        show_attempt(exercise)
    checking.predict(exercise, predictions, question_prompt(options.as_json))
    checked = run_check(exercise, engine, options.as_json)
    if options.as_json:
        print(json.dumps(to_json(checked), indent=1))
    else:
        output.show_result(checked, output.terminal())
    return STATUS[checked.result]


def show_attempt(exercise: Exercise) -> None:
    """Shows the number and the parameters of the next attempt."""
    attempts = len(progress.load().entry(exercise.name).attempts)
    output.show_attempt(exercise, checking.next_parameters(exercise), attempts + 1, output.terminal())


def run_check(exercise: Exercise, engine: Engine, quiet: bool = False) -> Checked:
    """Checks, with progress messages on stderr unless `quiet`."""
    with closing(TerminalAudience(quiet=quiet, spoils=False)) as audience:
        return checking.check(exercise, Setup(engine, audience))


def find_or_current(name: str) -> Exercise:
    """The exercise of that name, or the current one if the name is empty; raises UsageError."""
    current = name or progress.load().current
    if not current:
        raise UsageError("no exercise is started; start the first with ./inv lab.start 010")
    return course.find(current)


def parse_predictions(texts: Sequence[str]) -> dict[str, str]:
    """The values of --predict by key; raises UsageError for a text that is not `key=value`."""
    predictions: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not (key and equals and value.strip()):
            raise UsageError(f"--predict {text!r}: write a key and a value, such as --predict served=1020")
        predictions[key] = value.strip()
    return predictions


def question_prompt(quiet: bool) -> Prompt:
    """Asks on the terminal; asks nothing if `quiet` or without a terminal."""
    prompt = None if quiet else consent.terminal_prompt()
    return lambda question: prompt(f"{question.ask} ").strip() if prompt else None


def to_json(checked: Checked) -> Mapping[str, object]:
    """The object that --json prints."""
    return {
        "exercise": checked.exercise.name,
        "attempt": checked.number,
        "result": checked.result,
        "parameters": checked.drawn,
        "findings": [asdict(one) for one in checked.findings],
        "predictions": {key: one.model_dump() for key, one in checked.predictions.items()},
        "problem": checked.problem,
        "runs": [done.record.run for done in checked.done],
    }
