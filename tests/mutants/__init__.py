"""Parameters other than the defaults, and wrong programs, with which tests run the scenarios of each family.

Each family has a module of its name with two values:

DRAWN maps a scenario to its parameters, and each parameter to values of which a test draws one.
MUTANTS are wrong programs; the family must reject each of them.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenarios import places

Drawn = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Mutant:
    """A wrong program: `old`, which must be in its source, is replaced by `new`.

    Without `old` the whole source is `new`. `what` names the fault in a few words; `given` are parameters.
    """

    what: str
    scenario: str
    program: str
    new: str
    old: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    def file(self, root: Path = places.ROOT) -> Path:
        """The program's file in a checkout."""
        return root / "labs" / "programs" / Path(*self.program.split(".")).with_suffix(".py")


def module_of(family: str) -> Any:
    """The module with a family's DRAWN and MUTANTS; raises ModuleNotFoundError."""
    return importlib.import_module(f"tests.mutants.{family}")
