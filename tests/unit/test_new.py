"""What the commands that write new files refuse, before they write any."""

from collections.abc import Callable
from pathlib import Path

import pytest

from labs.commands import new as lab_new
from scenarios import places
from scenarios.commands import new
from scenarios.errors import UsageError


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (lambda: new.new_family("Half"), "'Half' cannot name a family: use at most 22 lower-case letters"),
        (lambda: new.new_family("half-close"), "cannot name a family"),
        (lambda: new.new_family("class"), "keyword of Python"),
        (lambda: new.new_family("n" * 23), "cannot name a family"),
        (lambda: new.new_family("../x"), "cannot name a family"),
        (lambda: new.new_family("transfers"), "scenarios/families/transfers.py exists already"),
        (lambda: new.new_family("deadlock"), "there is a scenario 'deadlock' already: scenarios/catalog/coroutines/"),
        (lambda: new.new_scenario("nothing", "x"), "there is no family 'nothing'; there are: accept_emfile, "),
        (lambda: new.new_scenario("echo", "half_close"), "'half_close' cannot name a scenario"),
        (lambda: new.new_scenario("echo", "n" * 23), "cannot name a scenario"),
        (lambda: new.new_scenario("echo", "fetch"), "there is a scenario 'fetch' already"),
        (lambda: lab_new.new_exercise("nothing", "x"), "there is no scenario 'nothing'"),
        (lambda: lab_new.new_exercise("fetch", "X_y"), "'X_y' cannot name an exercise"),
        (
            lambda: lab_new.new_exercise("fetch", "010-again"),
            "the exercise 010-generators-and-greenlets has the number 010",
        ),
        (lambda: lab_new.new_exercise("fetch", "fetch"), "the exercise 030-fetch has this name already"),
    ],
)
def test_a_bad_name_is_one_message_and_nothing_is_written(command: Callable[[], int], message: str) -> None:
    with pytest.raises(UsageError) as raised:
        command()
    assert message in str(raised.value)


def test_one_file_that_exists_keeps_all_others_from_being_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(places, "ROOT", tmp_path)
    (tmp_path / "b").write_text("before", encoding="utf-8")
    with pytest.raises(UsageError, match="b exists already"):
        new.write({tmp_path / "a": "after", tmp_path / "b": "after"})
    assert not (tmp_path / "a").exists()


def test_a_row_is_added_to_the_table_below_its_heading(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(places, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("# A\n\n| a |\n|---|\n\n# B\n\n| b |\n|---|\n| 1 |\n\nend\n", encoding="utf-8")
    new.insert_row(page, "# B", "| 2 |")
    assert page.read_text(encoding="utf-8") == "# A\n\n| a |\n|---|\n\n# B\n\n| b |\n|---|\n| 1 |\n| 2 |\n\nend\n"
