"""Checks of soft_limit: the limits that /proc shows."""

from scenarios.results.evidence import Evidence


def test_the_program_starts_with_the_soft_and_the_hard_limit_of_the_scenario(evidence: Evidence) -> None:
    at_first, service = evidence.services["program"].sampled("ready"), evidence.scenario.services["program"]
    assert (at_first.nofile_soft, at_first.nofile_hard) == (service.nofile, service.most_nofile)


def test_the_hard_limit_never_changes(evidence: Evidence) -> None:
    program, hard = evidence.services["program"], evidence.scenario.services["program"].most_nofile
    assert {program.sampled(moment).nofile_hard for moment in ("full", "lifted", "refused")} == {hard}
