"""How much CPU time, memory and so on a service used, from the lab's samples. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Only for type hints, so that commands start faster.
    from scenarios.results.evidence import ServiceEvidence

MIB = 1024**2
UsageOf = Callable[["ServiceEvidence"], float | None]


def cpu_seconds(service: ServiceEvidence) -> float | None:
    """From the first sample to the last, with all descendants; None for fewer than two samples.

    The time before the first sample is mostly the start of the interpreter.
    """
    samples = service.samples
    return round(samples[-1].all_cpu_seconds - samples[0].all_cpu_seconds, 3) if len(samples) > 1 else None


def resident_memory(service: ServiceEvidence) -> float | None:
    """The highest sample, in MiB."""
    most = _most(service, "resident")
    return None if most is None else round(most / MIB, 3)


def open_descriptors(service: ServiceEvidence) -> float | None:
    """The highest sample."""
    return _most(service, "descriptors")


def _most(service: ServiceEvidence, what: str) -> float | None:
    return max((value for sample in service.samples if (value := getattr(sample, what)) is not None), default=None)


ALL: Mapping[str, UsageOf] = {
    "processor time, s": cpu_seconds,
    "resident memory, MiB": resident_memory,
    "open descriptors": open_descriptors,
    "watched by epoll": lambda service: _most(service, "watched"),
    "threads": lambda service: _most(service, "threads"),
    "processes": lambda service: _most(service, "processes"),
}
