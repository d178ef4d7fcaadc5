"""Checks of a deadlocks scenario, on the living machine: who waits for ever sleeps in the kernel, and nothing moves."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from testinfra.host import Host

from scenarios.evidence import Evidence
from scenarios.families.base import Prediction

# Between two looks, in seconds: time enough for whoever can go on.
PAUSE = 0.3


@dataclass(frozen=True)
class Thread:
    """What the kernel says of one: its state, its processor time in ticks, and its context switches of either kind."""

    state: str
    ticks: int
    switches: tuple[int, ...]


Look = Callable[[], dict[int, Thread]]


@pytest.fixture(scope="session")
def look(evidence: Evidence, machine: Callable[[str], Host]) -> Look:
    """A function that looks at the program's threads, by their ids."""
    tasks = f"/proc/{evidence.services['ring'].pid}/task"
    command = f"for task in {tasks}/*; do cat $task/stat $task/status; done"

    def threads() -> dict[int, Thread]:
        text = machine("ring").run(command).stdout
        return dict(_threads(text))

    return threads


def _threads(text: str) -> list[tuple[int, Thread]]:
    """Each one's stat, a line, and its status, lines that begin with its name."""
    found = []
    for part in re.split(r"^(?=\d+ \()", text, flags=re.M):
        if part:
            line, status = part.split("\n", 1)
            fields = line.rpartition(") ")[2].split()
            switches = tuple(map(int, re.findall(r"voluntary_ctxt_switches:\s+(\d+)", status)))
            found.append((int(line.split()[0]), Thread(fields[0], int(fields[11]) + int(fields[12]), switches)))
    return found


@pytest.fixture(scope="session")
def waiting(evidence: Evidence, prediction: Prediction) -> set[int]:
    """The kernel's ids of the threads that theory says are stuck."""
    said = {event["thread"]: event["native"] for event in evidence.services["ring"].events if event["event"] == "holds"}
    return {said[number] for number in prediction.facts["stuck"]}


def test_the_kernel_has_the_main_thread_and_those_that_are_stuck(
    evidence: Evidence, look: Look, waiting: set[int]
) -> None:
    assert set(look()) == waiting | {evidence.services["ring"].pid}


def test_whoever_is_stuck_sleeps_and_nothing_of_it_moves(look: Look) -> None:
    before = look()
    time.sleep(PAUSE)
    after = look()
    assert {one.state for one in after.values()} == {"S"}
    assert after == before


def test_whoever_is_stuck_waits_in_the_kernel_for_a_lock(
    evidence: Evidence, machine: Callable[[str], Host], waiting: set[int]
) -> None:
    if not waiting:
        pytest.skip("nobody is stuck")
    folder = f"/proc/{evidence.services['ring'].pid}/task"
    where = {machine("ring").run(f"cat {folder}/{number}/wchan").stdout for number in waiting}
    if where <= {"0", ""}:
        pytest.skip("this kernel does not tell where a thread waits")
    assert all("futex" in one for one in where), where


def test_the_two_looks_saw_the_same_threads(evidence: Evidence, prediction: Prediction) -> None:
    program, threads = evidence.services["ring"], prediction.facts["threads"]
    assert (program.sampled("seen").threads, program.sampled("seen again").threads) == (threads, threads)


def test_each_thread_that_is_stuck_holds_what_another_one_wants(evidence: Evidence, prediction: Prediction) -> None:
    holds = {event["thread"]: event for event in evidence.services["ring"].events if event["event"] == "holds"}
    mine = {number: (holds[number]["lock"], holds[number]["wants"]) for number in prediction.facts["stuck"]}
    assert mine == {number: tuple(prediction.facts["pairs"][number]) for number in prediction.facts["stuck"]}
    assert {held for held, _ in mine.values()} == {wanted for _, wanted in mine.values()}


def test_the_program_lives(evidence: Evidence, machine: Callable[[str], Host]) -> None:
    assert machine("ring").run(f"kill -0 {evidence.services['ring'].pid}").rc == 0
