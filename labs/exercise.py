"""An exercise, as its exercise.yaml defines it: scenarios in which some programs are the learner's."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scenarios.definition.parameters import Value
from scenarios.definition.yaml_source import YamlSource

FOLDER = re.compile(r"(\d{3})-[a-z0-9]+(?:-[a-z0-9]+)*")
FileName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.py$")]
# The values from which each attempt draws one: `20..120`, or a list.
Drawn = Annotated[str, Field(pattern=r"^[0-9]+\.\.[0-9]+$")] | Annotated[tuple[Value, ...], Field(min_length=1)]


class Strict(BaseModel):
    """A mapping of an exercise.yaml; it takes no other keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(Strict):
    """One scenario of the exercise; `programs` maps its services to the learner's files.

    Each attempt draws the parameters in `draw`; those in `given` (the key `set`) are fixed. After `timeout` seconds the
    attempt counts as hung. `through` is a program of labs/programs that runs the learner's program and observes it.
    """

    scenario: str
    programs: dict[str, FileName] = Field(min_length=1)
    draw: dict[str, Drawn] = Field(default_factory=dict)
    given: dict[str, Value] = Field(default_factory=dict, alias="set")
    timeout: Annotated[float, Field(gt=0, le=600)] = 40.0
    through: str | None = None


class Question(Strict):
    """A prediction that the learner makes: the quantity `key` of the first part, or its value for `name`.

    If the value is a list of lines, the group of the regular expression `pick` extracts the part that counts.
    """

    key: str
    ask: str
    name: str | None = None
    pick: str | None = None


class Baseline(Strict):
    """A scenario that breaks an earlier program, run when the exercise starts; `shows` explains it.

    The programs are those of the earlier `exercise`: the learner's if they passed, else the solution. Without
    `exercise`, the scenario's own programs run.
    """

    scenario: str
    shows: str
    exercise: str | None = None
    programs: dict[str, FileName] = Field(default_factory=dict)
    given: dict[str, Value] = Field(default_factory=dict, alias="set")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.exercise) != bool(self.programs):
            raise ValueError("exercise and programs go together: give both, or neither")
        return self


class Feedback(Strict):
    """The exercise's text `say` for the findings in `when`; `look` is a function or class of the learner's file."""

    when: tuple[str, ...] = Field(min_length=1)
    say: str
    look: str | None = None


class Hint(Strict):
    """A hint; one with `when` is given only if the last attempt had one of these findings, and about `file`."""

    say: str
    when: tuple[str, ...] = ()
    file: FileName | None = None


class Way(Strict):
    """Another right way to write the program: a file in `other/`, and `say`, when this way is better."""

    file: FileName
    say: str


class After(Strict):
    """The text that a learner reads after a pass: the lessons, other ways, scenarios to run, and public reports.

    `scenarios` are words after `./inv scenario`, `reports` are public reports such as `owner/repo#12`.
    """

    know: tuple[str, ...] = Field(min_length=3, max_length=3)
    ways: tuple[Way, ...] = Field(min_length=2)
    scenarios: tuple[str, ...] = Field(min_length=1)
    reports: tuple[Annotated[str, Field(pattern=r"^[\w.-]+/[\w.-]+#[0-9]+$")], ...] = ()


class Spec(Strict):
    """The content of exercise.yaml. `starter` is the first finding of the untouched starter."""

    title: str
    about: str
    starter: str
    parts: tuple[Part, ...] = Field(min_length=1)
    predict: tuple[Question, ...] = ()
    baseline: Baseline | None = None
    feedback: tuple[Feedback, ...] = ()
    hints: tuple[Hint, ...] = Field(min_length=1)
    after: After | None = None


@dataclass(frozen=True)
class Exercise:
    folder: Path
    spec: Spec

    @property
    def name(self) -> str:
        """Such as 090-select-server."""
        return self.folder.name

    @property
    def number(self) -> str:
        """Such as 090."""
        return self.name[:3]

    @property
    def starter(self) -> Path:
        return self.folder / "starter"

    @property
    def solution(self) -> Path:
        return self.folder / "solution"

    @property
    def other(self) -> Path:
        return self.folder / "other"

    @property
    def wrong(self) -> Path:
        return self.folder / "wrong"

    @property
    def checks(self) -> Path:
        return self.folder / "checks.py"

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(sorted(path.name for path in self.starter.glob("*.py")))


def read(folder: Path) -> Exercise:
    """The exercise in that folder; raises SpecError with the wrong line."""
    path = folder / "exercise.yaml"
    source = YamlSource(path, f"labs/exercises/{folder.name}/exercise.yaml")
    try:
        return Exercise(folder, Spec.model_validate(source.data))
    except ValidationError as error:
        first: Any = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise source.error(first["loc"], f"{key}: {first['msg'][0].lower()}{first['msg'][1:]}") from error
