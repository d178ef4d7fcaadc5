"""What a service took of the machine, by the looks that the lab had at it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Read only by the type checker: what a command does not use must not slow its start.
    from scenarios.evidence import ServiceEvidence

MIB = 1024**2
Taken = Callable[["ServiceEvidence"], float | None]


def cpu_seconds(service: ServiceEvidence) -> float | None:
    """From the first look to the last, of it and all that descend from it; None for fewer than two looks.

    What came before the first is mostly the start of the interpreter.
    """
    looks = service.samples
    return round(looks[-1].all_cpu_seconds - looks[0].all_cpu_seconds, 3) if len(looks) > 1 else None


def resident_memory(service: ServiceEvidence) -> float | None:
    """The most that it had, in MiB."""
    most = _most(service, "resident")
    return None if most is None else round(most / MIB, 3)


def open_descriptors(service: ServiceEvidence) -> float | None:
    """The most that it had."""
    return _most(service, "descriptors")


def _watched(service: ServiceEvidence) -> float | None:
    return _most(service, "watched")


def _threads(service: ServiceEvidence) -> float | None:
    return _most(service, "threads")


def _processes(service: ServiceEvidence) -> float | None:
    return _most(service, "processes")


def _most(service: ServiceEvidence, what: str) -> float | None:
    return max((value for look in service.samples if (value := getattr(look, what)) is not None), default=None)


ALL: Mapping[str, Taken] = {
    "processor time, s": cpu_seconds,
    "resident memory, MiB": resident_memory,
    "open descriptors": open_descriptors,
    "watched by epoll": _watched,
    "threads": _threads,
    "processes": _processes,
}
