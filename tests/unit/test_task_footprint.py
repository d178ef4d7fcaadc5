"""Many that wait: where the limit of pids ends it, and what is measured of looks."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.definition import catalog
from scenarios.definition.scenario import LIMITS
from scenarios.errors import Unavailable
from scenarios.families.base import Known
from scenarios.families.task_footprint import FAMILY
from scenarios.judging.failures import failure
from scenarios.results.evidence import Evidence
from scenarios.results.sample import Sample
from scenarios.theory import costs
from tests.programs.process import run
from tests.unit.builders import evidence, service
from tests.unit.scripted import event


@given(st.integers(1, 5000), st.integers(2, 5000))
def test_a_program_and_its_threads_are_never_more_than_the_limit(asked: int, limit: int) -> None:
    begun = costs.threads_begun(asked, limit)
    assert begun == asked or begun + costs.OWN_THREADS == limit
    assert begun + costs.OWN_THREADS <= max(limit, 1)
    assert costs.threads_begun(asked, None) == asked


@given(st.integers(4, 5000), st.integers(1, 5000))
def test_the_steps_end_at_what_could_be_begun(asked: int, most: int) -> None:
    begun = min(asked, most)
    steps = costs.steps_of(asked, begun)
    assert steps[-1] == begun
    assert steps == sorted(set(steps))
    assert len(steps) == 4 or begun < asked


@pytest.mark.parametrize(
    ("limits", "begun", "error"),
    [(LIMITS, 349, failure("threads", *costs.CANNOT_START)), (LIMITS - {"pids_limit"}, 400, None)],
)
def test_where_the_limit_binds_the_program_ends_by_it(limits: frozenset[str], begun: int, error: object) -> None:
    predicted = FAMILY.predict(Known(catalog.load("many-coroutines"), {}, limits=limits)).json()
    assert (predicted["waiting"]["threads"], predicted["threads"]["threads"]) == (begun, begun + 1)
    assert predicted["error"] == error


def kept(memory: int | None) -> Evidence:
    """Looks at programs whose memory grows by so many bytes for each that waits."""
    empty = Sample(moment="empty", descriptors=3, watched=None, nofile_soft=9, nofile_hard=9, resident=1, cpu_seconds=0)
    services = []
    for kind, factor in (("tasks", 1), ("greenlets", 7), ("threads", 14)):
        counts = (100, 200, 300, 400)
        said = "".join(event("grown", moment=f"{n} wait", waiting=n, each=factor * 1e-6) for n in counts)
        looks = [
            replace(empty, moment=f"{n} wait", memory=None if memory is None else n * factor * memory) for n in counts
        ]
        first = replace(empty, memory=0)
        services.append(service(kind, said, samples=(first, *looks)))
    return replace(evidence(*services), scenario=catalog.load("many-coroutines"))


def test_memory_is_a_multiple_of_a_tasks_and_grows_with_their_number() -> None:
    found = FAMILY.measure(kept(1000))
    assert found["memory"] == found["beginning"] == {"greenlets": 7, "threads": 14}
    assert found["growth"] == dict.fromkeys(costs.WAITERS, 1.0)


def test_a_kernel_that_does_not_tell_is_no_failure() -> None:
    with pytest.raises(Unavailable, match="does not report"):
        FAMILY.measure(kept(None))


@pytest.mark.parametrize("kind", costs.WAITERS)
def test_all_wait_and_all_go_on(kind: str) -> None:
    status, events = run(f"demos.footprint_{kind}", "--count", "41")
    assert (status, events[-1]) == (0, {"event": "woken", "count": 41, "checkpoint": True})
    assert [one["waiting"] for one in events if one["event"] == "grown"] == costs.steps_of(41, 41)
