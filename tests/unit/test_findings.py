"""Where a finding points: into the file and to the line that it is about."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from labs import exercise, findings
from labs.findings import Finding
from scenarios import places

BOTH = ["serially.py", "together.py"]


@pytest.mark.parametrize(
    ("about", "files", "place"),
    [
        ("seconds", BOTH, ("serially.py", 2)),
        ("seconds", ["together.py"], ("together.py", 1)),
        ("each_page_had_a_greenlet", BOTH, ("together.py", 1)),
        ("another", BOTH, ("serially.py", 1)),
    ],
)
def test_what_several_files_have_is_looked_for_where_it_is_meant(
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
        ("to serial at least 9 bytes should have come", ["serially.py"]),
        ("serial and gevent differ", BOTH),
        ("neither", []),
    ],
)
def test_a_finding_that_names_a_service_is_about_its_file(told: str, files: list[str]) -> None:
    (part,) = exercise.read(places.EXERCISES / "030-fetch").stated.parts
    assert findings._meant(Finding("seconds", told), cast(Any, SimpleNamespace(part=part))) == files
