"""Tells a program that was late because the machine was busy from one that hangs. Pure.

The lab samples every program when the last seconds before the deadline begin, and at the deadline. A program that hangs
sleeps in between, or it runs. One that is late wants a CPU most of the time and does not get it.
"""

from scenarios.pipeline.run.drive import LAST_STRETCH, LAST_STRETCH_BEGINS
from scenarios.results.evidence import Evidence, ServiceEvidence
from scenarios.results.sample import Sample

# A program was late if it was ready to run for at least WANTED of the last seconds and had the CPU for less than HAD
# of them: an endless loop gets more, unless six others want the same two CPUs.
WANTED, HAD = 0.5, 0.3
RUNNING = "running"


def why_late(evidence: Evidence | None) -> str | None:
    """Which program of the run, the learner's or the lab's, waited for the CPU at the deadline; None if none did."""
    late = [one.name for one in evidence.services.values() if _waited_for_cpu(one)] if evidence else []
    if not late:
        return None
    return f"this machine is too busy: when the time was up, {late[0]} was ready to run and had to wait for a CPU"


def _waited_for_cpu(service: ServiceEvidence) -> bool:
    before, after = service.sample(LAST_STRETCH_BEGINS), service.sample("ended")
    if before is None or after is None:
        return False
    ran = after.all_cpu_seconds - before.all_cpu_seconds
    if ran >= HAD * LAST_STRETCH:
        return False
    waited = None if before.queued is None or after.queued is None else after.queued - before.queued
    if waited is not None and waited + ran >= WANTED * LAST_STRETCH:
        return True
    return _is_ready(before) and _is_ready(after)


def _is_ready(sample: Sample) -> bool:
    """Whether a thread was ready to run, also when the lab looked again (system/proc_probe.py)."""
    return any(wait.call == RUNNING for wait in sample.waits)
