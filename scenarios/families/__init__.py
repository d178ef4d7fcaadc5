"""The kinds of experiments: one module or package each, which has the family's name."""

import importlib

from scenarios import places
from scenarios.families.base import Family

SHARED = {"base", "common"}  # modules that are no family
# The names in runs, sweeps and scenario files from before, by which they are still read.
FORMER = {
    "attacks": "hostile_clients",
    "blunders": "stream_bugs",
    "computations": "parallel_cpu",
    "counters": "lost_updates",
    "crowds": "task_footprint",
    "deadlocks": "deadlock",
    "echoes": "echo",
    "exhaustions": "accept_emfile",
    "fetches": "fetch",
    "glances": "polling_vs_events",
    "handovers": "switch_cost",
    "hoards": "file_per_client",
    "interleavings": "task_scheduling",
    "mistakes": "stream_bugs",
    "naps": "sleep_order",
    "rivals": "server_models",
    "scans": "readiness_cost",
    "sequences": "switching_order",
    "stalls": "blocked_loop",
}


def names() -> list[str]:
    """The names of all families, sorted."""
    modules = {path.stem for path in places.FAMILIES.glob("[!_]*.py")}
    packages = {path.parent.name for path in places.FAMILIES.glob("*/__init__.py")}
    return sorted((modules | packages) - SHARED)


def current_name(name: str) -> str | None:
    """The name that a family has today; None for one that does not exist."""
    name = FORMER.get(name, name)
    return name if name in names() else None


def find(name: str) -> Family:
    """The family of that name, or of that former name; raises KeyError when there is none."""
    current = current_name(name)
    if current is None:
        raise KeyError(name)
    family: Family = importlib.import_module(f"{__name__}.{current}").FAMILY
    return family
