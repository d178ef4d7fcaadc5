"""Where a finding points: into the file and to the line that it is about."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from labs import exercise, findings, program_faults
from labs.finding import Finding
from scenarios import errors, places
from scenarios.results.record import Check
from tests.unit import builders

BOTH = ["serially.py", "together.py"]


@pytest.mark.parametrize(
    ("about", "files", "place"),
    [
        ("seconds", BOTH, ("serially.py", 2)),
        ("seconds", ["together.py"], ("together.py", 1)),
        ("a_greenlet_fetched_each_page", BOTH, ("together.py", 1)),
        ("another", BOTH, ("serially.py", 1)),
    ],
)
def test_a_name_that_several_files_have_is_found_in_the_right_one(
    about: str, files: list[str], place: tuple[str, int], tmp_path: Path
) -> None:
    (tmp_path / "serially.py").write_text("\ndef fetch_all(pages): ...\n")
    (tmp_path / "together.py").write_text("print('all')\n")
    fetch = exercise.read(places.EXERCISES / "030-fetch")
    found = findings._placed(Finding(about, ""), fetch, tmp_path, files)
    assert (found.file, found.line) == place


@pytest.mark.parametrize(
    ("told", "files"),
    [
        ("s: gevent took 2.1", ["together.py"]),
        ("serial should have received at least 9 bytes", ["serially.py"]),
        ("serial and gevent differ", BOTH),
        ("neither", []),
    ],
)
def test_a_finding_that_names_a_service_is_about_its_file(told: str, files: list[str]) -> None:
    (part,) = exercise.read(places.EXERCISES / "030-fetch").spec.parts
    assert findings._files_of(Finding("seconds", told), cast(Any, SimpleNamespace(part=part))) == files


@pytest.mark.parametrize(
    ("code", "seal", "about"), [(0, "of the lab", None), (0, "its own", "hang"), (137, "of the lab", "hang")]
)
def test_a_program_that_ended_after_the_time_was_up_was_slow_and_not_stuck_unless_the_lab_killed_it(
    code: int, seal: str, about: str | None
) -> None:
    stdout = '{"event": "started", "seal": "of the lab"}\n{"event": "ready"}\n'
    one = builders.service("threads", stdout + f'{{"event": "exited", "code": {code}, "seal": "{seal}"}}\n')
    done: Any = SimpleNamespace(
        record=SimpleNamespace(cause=errors.WaitTimeout.__name__, predicted=None),
        part=SimpleNamespace(timeout=60),
        scenario=SimpleNamespace(awaited=lambda _word: {"threads"}),
        evidence=builders.evidence(one),
    )
    found = program_faults._failed(one, done)
    assert (found and found.about) == about


FAILED = Check(name="it serves", result="failed", message="AssertionError: it does not")
UNMADE = Check(name="it is quick", result="error", message="this machine is too busy", cause=errors.OutOfTime.__name__)


def of_checks(*checks: Check) -> list[str]:
    """What is found of a server with select whose quantities are right, and whose checks ended like this."""
    select = exercise.read(places.EXERCISES / "090-select-server")
    done: Any = SimpleNamespace(
        record=SimpleNamespace(cause=None, verdict="fail", measured=None, checks=checks, problem=None),
        part=select.spec.parts[0],
        evidence=builders.evidence(builders.service("server"), builders.service("client")),
        prediction=None,
    )
    return [one.about for one in findings.find(select, done, Path("/nowhere"))]


def test_a_check_that_failed_outweighs_one_that_a_busy_machine_left_undecided() -> None:
    assert of_checks(UNMADE, FAILED) == of_checks(FAILED, UNMADE) == ["it_serves"]
    with pytest.raises(findings.CheckError, match="it is quick"):
        of_checks(UNMADE)
