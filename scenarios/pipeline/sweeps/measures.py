"""The values that a sweep can draw: costs and quantities of the family, and resources, measured in any run."""

from collections.abc import Mapping
from pathlib import Path

from scenarios.errors import UsageError
from scenarios.families.base import Family
from scenarios.judging.quantities import CostCurve, Json
from scenarios.results import evidence, usage
from scenarios.results.record import Record
from scenarios.results.usage import UsageOf

# The hyphens keep these keys apart from those of families, which have none.
CPU = CostCurve("cpu-seconds", "processor time", "s", grain=0.01)
MEMORY = CostCurve("resident-memory", "resident memory", "MiB")
DESCRIPTORS = CostCurve("open-descriptors", "open descriptors")
SECONDS = CostCurve("run-seconds", "the run", "s")

OF_SERVICES: Mapping[str, UsageOf] = {
    CPU.key: usage.cpu_seconds,
    MEMORY.key: usage.resident_memory,
    DESCRIPTORS.key: usage.open_descriptors,
}
OF_ANY = (CPU, MEMORY, DESCRIPTORS, SECONDS)


def available(family: Family) -> dict[str, CostCurve]:
    """The values that can be drawn for a family, by key. If a key is both a quantity and a cost, the cost is used."""
    quantities = (CostCurve(one.key, one.key.replace("_", " "), one.unit) for one in family.quantities if not one.read)
    return {one.key: one for one in (*quantities, *family.costs, *OF_ANY)}


def choose(family: Family, key: str | None) -> CostCurve:
    """The one of this key; without a key the family's first cost, else CPU time. Raises UsageError."""
    if key is None:
        return next(iter(family.costs), CPU)
    known = available(family)
    if key not in known:
        raise UsageError(f"--measure {key!r}: there is no such measure; choose one of {', '.join(known)}")
    return known[key]


def value(cost: CostCurve, record: Record) -> Json:
    """The value in a run: a number, or a number for each name; None if there is none. Raises EvidenceError."""
    if cost.key == SECONDS.key:
        return record.seconds.get("run")
    if record.measured is None:
        return None
    if cost.key not in OF_SERVICES:
        return record.measured.get(cost.key)
    if record.run is None:
        return None
    used = {name: OF_SERVICES[cost.key](one) for name, one in evidence.load(Path(record.run)).services.items()}
    return {name: number for name, number in used.items() if number is not None}
