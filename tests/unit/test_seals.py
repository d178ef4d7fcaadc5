"""A report of the lab's watcher counts only with its seal, which a watched program cannot print."""

import pytest

from labs.programs import seal
from scenarios.results.evidence import ServiceEvidence
from scenarios.system.seals import of_watcher


def test_a_report_without_the_seal_does_not_count() -> None:
    started = {"event": "started", "pid": 7, "seal": "a seal"}
    real = {"event": "observed", "switches": 3, "seal": of_watcher("a seal")}
    forged = [{"event": "observed", "switches": 99, "seal": word} for word in ("", "a seal", None)]
    service = ServiceEvidence(
        name="a", image="linux", platform="linux", command=(), started=True, events=(started, real, *forged)
    )
    assert service.observed() == real
    with pytest.raises(AssertionError, match="a ended without a report"):
        ServiceEvidence.observed(
            ServiceEvidence(
                name="a", image="linux", platform="linux", command=(), started=True, events=(started, *forged)
            )
        )


def test_only_the_first_who_asks_gets_the_seal() -> None:
    seal.give("word")
    assert [seal.take(), seal.take()] == ["word", None]
