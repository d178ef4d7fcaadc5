"""What a sweep can draw: a family's costs and quantities, and what the lab itself knows of any run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios import resources
from scenarios.errors import UsageError
from scenarios.families.base import Family
from scenarios.quantities import CostCurve, Json
from scenarios.resources import Taken

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import Evidence
    from scenarios.record import Record

# A family's own keys have no hyphen, so that these are never theirs.
CPU = CostCurve("cpu-seconds", "processor time", "s", grain=0.01)
MEMORY = CostCurve("resident-memory", "resident memory", "MiB")
DESCRIPTORS = CostCurve("open-descriptors", "open descriptors")
SECONDS = CostCurve("run-seconds", "the run", "s")


OF_SERVICES: Mapping[str, Taken] = {
    CPU.key: resources.cpu_seconds,
    MEMORY.key: resources.resident_memory,
    DESCRIPTORS.key: resources.open_descriptors,
}
OF_ANY = (CPU, MEMORY, DESCRIPTORS, SECONDS)


def of(family: Family) -> dict[str, CostCurve]:
    """All that can be drawn of a family's runs; a cost that is a quantity too counts as the cost."""
    quantities = (CostCurve(one.key, one.key.replace("_", " "), one.unit) for one in family.quantities if not one.read)
    return {one.key: one for one in (*quantities, *family.costs, *OF_ANY)}


def chosen(family: Family, key: str | None) -> CostCurve:
    """The one that is asked for, else the family's first cost, else processor time; raises UsageError."""
    if key is None:
        return next(iter(family.costs), CPU)
    known = of(family)
    if key not in known:
        raise UsageError(f"--measure {key!r}: nothing is measured by that name; there are: {', '.join(known)}")
    return known[key]


def taken(cost: CostCurve, record: Record) -> Json:
    """What a run measured of it: a number, or one for each name; None when there is none.

    Raises EvidenceError when the run's evidence cannot be read.
    """
    if cost.key == SECONDS.key:
        return record.seconds.get("run")
    if cost.key in OF_SERVICES:
        return _of_services(OF_SERVICES[cost.key], record)
    return (record.measured or {}).get(cost.key)


def _of_services(look: Taken, record: Record) -> Json:
    from scenarios import evidence

    if record.run is None or record.measured is None:
        return None
    kept: Evidence = evidence.load(Path(record.run))
    return {name: value for name, one in kept.services.items() if (value := look(one)) is not None}
