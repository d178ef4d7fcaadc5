"""What an exercise is: scenarios of the catalog in which some programs are the learner's, as its exercise.yaml says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from scenarios.errors import SpecError
from scenarios.parameters import Value
from scenarios.yaml_source import YamlSource

FOLDER = re.compile(r"(\d{3})-[a-z0-9]+(?:-[a-z0-9]+)*")
FileName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.py$")]
# The values of a parameter from which each attempt takes one: `20..120`, or a list.
Drawn = Annotated[str, Field(pattern=r"^[0-9]+\.\.[0-9]+$")] | Annotated[tuple[Value, ...], Field(min_length=1)]


class Stated(BaseModel):
    """A mapping of an exercise.yaml with these keys and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(Stated):
    """One scenario of the exercise: which of its services run the learner's files, and with which parameters.

    `draw` has the values of which each attempt takes others, `given` (the key `set`) those that are always the same;
    after `timeout` seconds the attempt counts as hung. `through` is a program of labs/programs that runs the learner's
    and watches what it does.
    """

    scenario: str
    programs: dict[str, FileName] = Field(min_length=1)
    draw: dict[str, Drawn] = Field(default_factory=dict)
    given: dict[str, Value] = Field(default_factory=dict, alias="set")
    timeout: Annotated[float, Field(gt=0, le=600)] = 40.0
    through: str | None = None


class Question(Stated):
    """What a learner is asked to predict: the quantity `key` of the first part, or its value for `name`.

    Of a value that is a list of lines, `pick` is a regular expression whose group is what counts of each.
    """

    key: str
    ask: str
    name: str | None = None
    pick: str | None = None


class Ceiling(Stated):
    """What the exercise removes: a load that breaks the server of an earlier exercise, shown before it begins.

    `exercise` is whose programs run, the learner's own if they passed, else its solution; None: the scenario's own.
    """

    scenario: str
    shows: str
    exercise: str | None = None
    programs: dict[str, FileName] = Field(default_factory=dict)
    given: dict[str, Value] = Field(default_factory=dict, alias="set")

    @model_validator(mode="after")
    def _is_whole(self) -> Ceiling:
        """An exercise is named for its programs, and programs are of an exercise."""
        if bool(self.exercise) != bool(self.programs):
            raise ValueError("exercise and programs go together: whose programs run, and which")
        return self


class Feedback(Stated):
    """What is said, in the words of the exercise, of what an attempt showed; `look` is a name in the learner's file."""

    when: tuple[str, ...] = Field(min_length=1)
    say: str
    look: str | None = None


class Hint(Stated):
    """A hint; one with `when` is for those whose last attempt showed one of these, the others for everybody."""

    say: str
    when: tuple[str, ...] = ()


class Stating(Stated):
    """An exercise.yaml as it is written."""

    title: str
    about: str
    parts: tuple[Part, ...] = Field(min_length=1)
    predict: tuple[Question, ...] = ()
    ceiling: Ceiling | None = None
    feedback: tuple[Feedback, ...] = ()
    hints: tuple[Hint, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Exercise:
    """One exercise: its folder, and what its exercise.yaml states."""

    folder: Path
    stated: Stating

    @property
    def name(self) -> str:
        """The folder's name, such as 080-select-server."""
        return self.folder.name

    @property
    def number(self) -> str:
        """Its place in the course, such as 080."""
        return self.name[:3]

    @property
    def starter(self) -> Path:
        """What a learner begins with."""
        return self.folder / "starter"

    @property
    def solution(self) -> Path:
        """One program that is right."""
        return self.folder / "solution"

    @property
    def checks(self) -> Path:
        """The module of its own checks."""
        return self.folder / "checks.py"

    @property
    def files(self) -> tuple[str, ...]:
        """The learner's files, as the starter has them."""
        return tuple(sorted(path.name for path in self.starter.glob("*.py")))


def read(folder: Path) -> Exercise:
    """The exercise in that folder; raises SpecError with the line that is wrong."""
    path = folder / "exercise.yaml"
    source = YamlSource(path, f"labs/exercises/{folder.name}/exercise.yaml")
    try:
        return Exercise(folder, TypeAdapter(Stating).validate_python(source.data))
    except ValidationError as error:
        raise _told(source, error) from error


def _told(source: YamlSource, error: ValidationError) -> SpecError:
    first: Any = error.errors(include_url=False)[0]
    key = ".".join(map(str, first["loc"]))
    return source.error(first["loc"], f"{key}: {first['msg'][0].lower()}{first['msg'][1:]}")
