"""The modules of the lab that a learner's program can import."""

import pytest

from labs import course
from labs.provided import imported, provided


def test_imports_are_found_wherever_they_stand() -> None:
    source = "import os, labs.programs.songs\n\ndef f():\n    from labs.programs.servers import echoing\n"
    assert list(imported(source)) == ["labs.programs.songs", "labs.programs.servers.echoing"]


def test_a_program_gets_what_its_files_import_and_what_that_imports_and_no_server() -> None:
    files = provided(course.find("040"))
    assert {"labs/__init__.py", "labs/programs/servers/echoing.py", "labs/programs/events.py"} <= set(files)
    assert "labs/programs/servers/echo_gevent.py" not in files


def test_a_program_that_watches_is_there_too() -> None:
    assert "labs/programs/demos/greenlet_trace.py" in provided(course.find("090"), ["demos.greenlet_trace"])


def test_a_learners_file_from_before_finds_the_former_name_of_the_counter_and_the_locks() -> None:
    files = provided(course.find("070"))
    assert {"labs/programs/demos/watched.py", "labs/programs/demos/instrumented.py"} <= set(files)


@pytest.mark.parametrize("name", course.names())
def test_no_exercise_provides_a_server_or_client_that_can_be_started(name: str) -> None:
    folders = tuple(f"labs/programs/{one}/" for one in ("servers", "clients"))
    files = {path: text for path, text in provided(course.find(name)).items() if path.startswith(folders)}
    assert not [path for path, text in files.items() if '__name__ == "__main__"' in text]
