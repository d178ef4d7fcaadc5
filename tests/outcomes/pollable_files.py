"""Checks of pollable_files: what the kernel shows of the epoll set."""

import pytest

from scenarios.families.base import Prediction
from scenarios.results.evidence import Evidence


@pytest.mark.parametrize("moment", ["at first", "after"])
def test_the_epoll_set_watches_only_what_can_wait(moment: str, evidence: Evidence, prediction: Prediction) -> None:
    sample = evidence.services["program"].sampled(moment)
    assert (sample.epoll_sets, sample.watched) == (1, prediction.facts["watched"])
