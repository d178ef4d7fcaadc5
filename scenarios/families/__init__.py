"""The kinds of experiments, one module each, found by looking into this folder; a file's name is the family's."""

import importlib

from scenarios import places
from scenarios.families.base import Family


def names() -> list[str]:
    """The families that there are, sorted."""
    return sorted(path.stem for path in places.FAMILIES.glob("[!_]*.py") if path.stem != "base")


def find(name: str) -> Family:
    """The family of that name; raises KeyError when there is none."""
    if name not in names():
        raise KeyError(name)
    family: Family = importlib.import_module(f"{__name__}.{name}").FAMILY
    return family
