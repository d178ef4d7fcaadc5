"""What each family is tried with: parameters other than its scenarios' defaults, and programs that are not right.

One module a family, of the family's name, with two values:

DRAWN maps a scenario to its parameters, each with the values of which a test draws one.
MUTANTS are programs changed so that the lesson is lost; the family must reject each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Drawn = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Mutant:
    """A program that is not what it should be: `old`, which must be in its source, becomes `new`.

    Without `old` the whole source is `new`. `what` says in a few words what is wrong with it; `given` are parameters.
    """

    what: str
    scenario: str
    program: str
    new: str
    old: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
