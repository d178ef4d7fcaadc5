"""A program that waited for the CPU when the time was up did not hang; the lab cannot tell."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from labs import exercise, findings, lateness
from scenarios import errors, places
from scenarios.pipeline.run.drive import LAST_STRETCH, LAST_STRETCH_BEGINS
from scenarios.results.evidence import ServiceEvidence
from scenarios.results.sample import Sample, Wait
from tests.unit import builders

SELECT = exercise.read(places.EXERCISES / "090-select-server")
READY = '{"event": "started", "pid": 7, "seal": "s"}\n{"event": "ready"}\n'


def sample(moment: str, ran: float, queued: float | None, call: str) -> Sample:
    wait = Wait(process=7, thread=7, call=call, arguments=(0,))
    return Sample(
        moment=moment, descriptors=5, watched=1, nofile_soft=64, nofile_hard=64, resident=1, cpu_seconds=ran,
        all_cpu_seconds=ran, queued=queued, waits=(wait,),
    )  # fmt: skip


def service(name: str, ran: float, queued: float | None, call: str = "select", stdout: str = READY) -> ServiceEvidence:
    """A program that spent these shares of the last seconds on a CPU and waiting for one, and is then in `call`."""
    share, more = LAST_STRETCH * ran, None if queued is None else 1 + LAST_STRETCH * queued
    before = sample(LAST_STRETCH_BEGINS, 2.0, None if queued is None else 1.0, call)
    return builders.service(name, stdout, samples=(before, sample("ended", 2.0 + share, more, call)))


def found(server: ServiceEvidence, client: ServiceEvidence) -> list[str]:
    done: Any = SimpleNamespace(
        record=SimpleNamespace(
            cause=errors.WaitTimeout.__name__, predicted=None, verdict="error", problem="the time is up"
        ),
        part=SELECT.spec.parts[0],
        scenario=SimpleNamespace(awaited=lambda _word: {"server"}),
        evidence=builders.evidence(server, client),
    )
    return [one.about for one in findings.find(SELECT, done, Path("/nowhere"))]


ASLEEP = 0.0, 0.0


@pytest.mark.parametrize(
    ("ran", "queued", "call"),
    [(*ASLEEP, "select"), (1.0, 0.0, "running"), (0.6, 0.4, "running"), (0.35, 0.6, "running"), (0.1, 0.1, "select")],
)
def test_a_program_that_sleeps_or_has_the_cpu_when_the_time_is_up_hangs(ran: float, queued: float, call: str) -> None:
    assert found(service("server", ran, queued, call), service("client", *ASLEEP)) == ["hang"]


@pytest.mark.parametrize("stdout", ["", READY, READY.replace("ready", "almost")])
@pytest.mark.parametrize(("ran", "queued", "call"), [(0.1, 0.8, "select"), (0.0, 0.6, "running")])
def test_a_program_that_waits_for_the_cpu_when_the_time_is_up_is_unknown(
    ran: float, queued: float, call: str, stdout: str
) -> None:
    with pytest.raises(findings.CheckError, match="this machine is too busy: when the time was up, server was ready"):
        found(service("server", ran, queued, call, stdout), service("client", *ASLEEP))


def test_a_server_that_waits_for_a_client_of_the_lab_that_gets_no_cpu_does_not_hang() -> None:
    with pytest.raises(findings.CheckError, match="client was ready to run"):
        found(service("server", *ASLEEP), service("client", 0.1, 0.9))


def test_a_machine_that_does_not_tell_who_waits_for_a_cpu_shows_it_by_threads_that_are_ready_and_hardly_run() -> None:
    assert lateness.why_late(builders.evidence(service("server", 0.1, None, "running")))
    assert not lateness.why_late(builders.evidence(service("server", 0.9, None, "running")))
    assert not lateness.why_late(builders.evidence(service("server", 0.1, None, "select")))


def test_a_program_that_crashed_is_told_also_if_another_waited_for_the_cpu() -> None:
    crashed = builders.service("server", READY, "Traceback (most recent call last):\nValueError: no\n", 1)
    assert found(crashed, service("client", 0.1, 0.9)) == ["crash"]


def test_a_run_without_samples_of_its_last_seconds_is_judged_without_them() -> None:
    assert not lateness.why_late(None)
    assert not lateness.why_late(builders.evidence(builders.service("server", READY)))
