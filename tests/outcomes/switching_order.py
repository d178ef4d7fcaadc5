"""Checks of switching_order: the lines are in the log, one thread printed them, and each program ended well."""

from collections.abc import Callable, Mapping
from itertools import pairwise

import pytest
from testinfra.host import Host

from scenarios.families.base import Prediction
from scenarios.judging.quantities import Json
from scenarios.results.evidence import Evidence


def test_every_program_ended_well(evidence: Evidence) -> None:
    assert {name: one.exit_status for name, one in evidence.services.items()} == dict.fromkeys(evidence.services, 0)


def test_one_thread_did_all_the_work(evidence: Evidence, prediction: Prediction) -> None:
    wanted = prediction.facts["threads"]
    for name, one in evidence.services.items():
        threads = one.sampled("between switches").threads
        assert threads == wanted, (
            f"{name}: {wanted} thread was expected between two switches, and /proc shows {threads}"
        )


def test_the_log_has_exactly_the_predicted_lines(evidence: Evidence, prediction: Prediction) -> None:
    for name, lines in prediction.facts["orders"].items():
        assert sorted(evidence.services[name].printed) == sorted(lines), f"{name} printed other lines than predicted"


def test_each_line_came_from_its_own_greenlet_or_generator(evidence: Evidence, prediction: Prediction) -> None:
    for name, expected in prediction.facts["printers"].items():
        seen = evidence.services[name].observed()["lines"][: len(expected)]
        wanted, nested = [count for _, count in expected], [count for _, count, *_ in seen]
        assert nested == wanted, f"{name}: lines from generators nested {wanted} deep were expected, and {nested} seen"
        # Greenlets have numbers in the trace, and names in the theory; the main one is 0.
        pairs = {(greenlet, who) for (greenlet, *_), (who, _) in zip(seen, expected, strict=False)}
        owners, printing = {who for _, who in pairs}, {greenlet for greenlet, _ in pairs}
        assert len(pairs) == len(owners) == len(printing), (
            f"{name}: each of {len(owners)} greenlets should print its own lines, and greenlets {sorted(printing)} "
            "printed them (0 is the main program)"
        )
        assert all((greenlet == 0) == (who == "main") for greenlet, who in pairs), (
            f"{name}: the main program printed lines of a greenlet, or a greenlet those of the main program"
        )


def test_the_greenlet_that_printed_the_line_before_switched_to_the_next_one(
    evidence: Evidence, prediction: Prediction
) -> None:
    for name, expected in prediction.facts["printers"].items():
        if evidence.scenario.services[name].code:
            pytest.skip("a learner's greenlets may switch by way of the main program")
        lines = evidence.services[name].observed()["lines"][: len(expected)]
        for (before, *_), (greenlet, _, by, _) in pairwise(lines):
            assert greenlet in {before, -1} or by == before, f"{name}: greenlet {by} switched to {greenlet}: {lines}"


def test_the_calls_stood_in_each_other(evidence: Evidence, prediction: Prediction) -> None:
    for name, lines in prediction.facts["orders"].items():
        seen = evidence.services[name].observed()["lines"][: len(lines)]
        calls = [depth for line, (*_, depth) in zip(lines, seen, strict=False) if line.startswith("call ")]
        assert calls == sorted(set(calls)), (
            f"{name}: each call should stand in the one before, and they are {calls} deep"
        )


def test_only_the_greenlets_that_finished_have_ended(
    evidence: Evidence, prediction: Prediction, measured: Mapping[str, Json]
) -> None:
    for name, suspended in measured["suspended"].items():
        seen, expected = evidence.services[name].observed(), prediction.facts["printers"][name]
        greenlets = {who: greenlet for (greenlet, *_), (who, _) in zip(seen["lines"], expected, strict=False)}
        alive = sorted(who for who, greenlet in greenlets.items() if greenlet and greenlet not in seen["ended"])
        assert alive == sorted(suspended), f"{name}: {suspended} should be suspended, and {alive} are"


def test_the_programs_have_ended(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    for name, one in evidence.services.items():
        assert machine(name).run(f"kill -0 {one.pid}").rc != 0, name
