"""Run directories, their `latest` links, and the marks of runs under way."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from datetime import datetime as real_datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios import places
from scenarios.errors import EvidenceError, UsageError
from scenarios.results import run_directories
from scenarios.results.record import RECORD_FILE
from scenarios.system.owner import this_process
from tests.unit.builders import mark_of_the_dead


def test_the_latest_links_lead_to_the_newest_run(runs: Path) -> None:
    _, other = run_directories.create("fetch")
    made = [run_directories.create("epoll-500")[1] for _ in range(5)]
    assert (runs / "latest").resolve() == (runs / "epoll-500" / "latest").resolve() == made[-1]
    assert (runs / "fetch" / "latest").resolve() == other
    assert run_directories.everything() == [other, *made]


def test_runs_within_one_second_keep_their_order(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class SameSecond(real_datetime):
        moments = iter(range(20))

        @classmethod
        def now(cls, tz: object = None) -> "SameSecond":
            assert tz is UTC
            return cls(2026, 1, 1, 12, 0, 0, 10 * next(cls.moments), UTC)

    monkeypatch.setattr(run_directories, "datetime", SameSecond)
    made = [run_directories.create("epoll-500")[1] for _ in range(20)]
    assert run_directories.everything() == made
    assert run_directories.find(None) == made[-1]


def test_a_run_is_found_by_its_id_its_directory_its_path_and_its_scenario(runs: Path) -> None:
    run, directory = run_directories.create("fetch")
    _, newer = run_directories.create("fetch")
    run_directories.create("epoll-500")
    assert (
        run_directories.find(run)
        == run_directories.find(directory.name)
        == run_directories.find(str(directory))
        == directory
    )
    assert run_directories.find("fetch") == newer


def test_an_unknown_run_is_a_usage_error(runs: Path) -> None:
    with pytest.raises(UsageError, match="no runs yet"):
        run_directories.find(None)
    run_directories.create("fetch")
    with pytest.raises(UsageError, match="no run 'nothing'"):
        run_directories.find("nothing")


def test_what_is_no_run_is_not_listed(runs: Path) -> None:
    _, run = run_directories.create("fetch")
    (runs / "fetch" / "a-file").touch()
    # What a process leaves that is killed between making a link and putting it into its place.
    (runs / "fetch" / ".latest-0123abcd").symlink_to(run.name)
    run_directories.mark("r-1", "docker")
    assert run_directories.everything() == [run]


def test_a_place_that_cannot_be_written_is_named(runs: Path) -> None:
    (runs / "fetch").touch()
    with pytest.raises(EvidenceError, match=r"the run directory cannot be created: .*fetch"):
        run_directories.create("fetch")


def test_a_mark_tells_its_engine_and_its_owner_until_it_is_taken_away(runs: Path) -> None:
    assert run_directories.marks() == []
    run_directories.mark("r1", "local")
    assert [(mark.run, mark.engine, mark.owner) for mark in run_directories.marks()] == [
        ("r1", "local", this_process())
    ]
    run_directories.unmark("r1")
    run_directories.unmark("r1")
    assert run_directories.marks() == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # each example writes the same mark anew
@given(
    st.one_of(
        st.binary(),
        st.fixed_dictionaries(
            {
                "engine": st.text(),
                "owner": st.one_of(st.none(), st.dictionaries(st.sampled_from(["pid", "host"]), st.text())),
            }
        ).map(lambda data: json.dumps(data).encode()),
    )
)
def test_a_mark_that_cannot_be_read_is_one_of_a_dead_owner(runs: Path, data: bytes) -> None:
    run_directories.ACTIVE.mkdir(exist_ok=True)
    (run_directories.ACTIVE / "r1").write_bytes(data)
    assert [(mark.run, mark.owner.lives) for mark in run_directories.marks()] == [("r1", False)]


def finished(directory: Path) -> Path:
    """The directory of a run that has its record."""
    (directory / RECORD_FILE).write_text("{}", encoding="utf-8")
    return directory


def test_a_run_is_named_and_shown_by_the_time_in_utc_wherever_the_user_is(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = real_datetime.now(UTC).replace(microsecond=0)
    run, directory = run_directories.create("fetch")
    text, identity = run_directories.begun(directory)
    assert identity == run == run_directories.run_of(directory)
    assert timedelta(0) <= real_datetime.fromisoformat(f"{text}+00:00") - before < timedelta(minutes=10)


def test_runs_of_before_that_were_named_by_local_time_keep_their_order_among_the_others(runs: Path) -> None:
    local = real_datetime.now().astimezone() - timedelta(minutes=30)
    old = runs / "fetch" / f"{local:%Y%m%dT%H%M%S.%f}-0123abcd"
    old.mkdir(parents=True)
    _, new = run_directories.create("fetch")
    ancient = runs / "fetch" / "no-time"
    ancient.mkdir()
    assert run_directories.everything() == [ancient, old, new]
    assert run_directories.newest(2) == [new, old]
    assert run_directories.begun(old) == (f"{local.astimezone(UTC):%Y-%m-%d %H:%M:%S}", "0123abcd")
    assert run_directories.begun(ancient) == ("no", "time")


def test_a_run_is_found_as_a_shell_completes_it_from_anywhere(
    tmp_path: Path, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, elsewhere = tmp_path / "checkout" / "runs", tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(run_directories, "RUNS", kept)
    _, older = run_directories.create("fetch")
    _, fetched = run_directories.create("fetch")
    _, newest = run_directories.create("epoll-500")
    expected = {
        f"runs/fetch/{older.name}": older,
        f"runs/fetch/{older.name}/": older,
        f"./runs/fetch/{older.name}": older,
        str(older): older,
        f"{older}/": older,
        f"fetch/{older.name}": older,
        "runs/fetch": fetched,
        "runs/fetch/": fetched,
        "runs/fetch/latest": fetched,
        "runs/fetch/latest/": fetched,
        "fetch/latest": fetched,
        "latest": newest,
        "runs/latest": newest,
        "runs/": newest,
        f"{kept}/latest": newest,
    }
    for here in (kept.parent, elsewhere, kept):
        monkeypatch.chdir(here)
        assert {name: run_directories.find(name) for name in expected} == expected
    monkeypatch.chdir(kept / "fetch")
    assert run_directories.find(f"{older.name}/") == run_directories.find(f"../fetch/{older.name}") == older
    for name in ("runs/fetch/nothing", "/", "../..", "\0", "x" * 5000, "~nobody-at-all/x"):
        with pytest.raises(UsageError, match="there is no run"):
            run_directories.find(name)


@pytest.mark.usefixtures("runs")
def test_a_scenario_that_never_ran_is_told_with_the_command_that_runs_it() -> None:
    run_directories.create("fetch")
    with pytest.raises(UsageError, match=r"epoll-500 has no run yet; \./inv scenario epoll-500 makes one"):
        run_directories.find("epoll-500")


def test_another_directory_of_runs_can_be_named(tmp_path: Path) -> None:
    code = (
        "from scenarios.results import run_directories as kept; "
        "print(kept.create('fetch')[1]); kept.mark('r1', 'local')"
    )
    env = {**os.environ, "IOLAB_RUNS": "mine"}
    words = [sys.executable, "-c", code]
    env["PYTHONPATH"] = str(places.ROOT)
    said = subprocess.run(words, env=env, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert Path(said.strip()).parent == tmp_path / "mine" / "fetch"
    assert (tmp_path / "mine" / ".active" / "r1").exists()


def test_a_run_without_a_record_is_under_way_in_the_process_that_began_it(runs: Path) -> None:
    directory = run_directories.create("fetch")[1]
    assert run_directories.under_way() == directory
    finished(directory)
    assert run_directories.under_way() is None


def test_cleaning_keeps_the_newest_and_leads_the_links_to_what_is_left(runs: Path) -> None:
    fetched = [finished(run_directories.create("fetch")[1]) for _ in range(3)]
    served = [finished(run_directories.create("epoll-500")[1]) for _ in range(2)]
    assert run_directories.remove(*run_directories.newest()[3:]) == [fetched[1], fetched[0]]
    assert run_directories.everything() == [fetched[2], *served]
    assert run_directories.remove(served[1], fetched[2]) == [served[1], fetched[2]]
    assert (runs / "latest").resolve() == (runs / "epoll-500" / "latest").resolve() == served[0]
    assert not (runs / "fetch").exists()
    assert run_directories.remove(*run_directories.newest()[0:]) == served[:1]
    assert list(runs.iterdir()) == []
    assert run_directories.remove(*run_directories.newest()[0:]) == []


def test_a_run_under_way_is_never_removed(runs: Path) -> None:
    run, marked = run_directories.create("fetch")
    run_directories.mark(run, "local")
    _, just_made = run_directories.create("fetch")
    dead_run, dead = run_directories.create("fetch")
    mark_of_the_dead(dead_run)
    finished(dead)
    finished(marked)
    assert run_directories.remove(*run_directories.newest()[0:]) == [dead]
    assert run_directories.everything() == [marked, just_made]
    run_directories.unmark(run)
    assert run_directories.remove(*run_directories.newest()[0:]) == [marked]


def test_only_run_directories_are_removed(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    precious = tmp_path_factory.mktemp("precious")
    (precious / "file").touch()
    run = finished(run_directories.create("fetch")[1])
    (run / "link").symlink_to(precious)
    (runs / "linked").symlink_to(precious)
    (runs / "bench").mkdir()
    assert run_directories.remove(precious, runs, runs / "bench", runs / "linked", run) == [run]
    assert (precious / "file").exists()
    assert {path.name for path in runs.iterdir()} == {"bench", "linked"}


def test_what_a_killed_cleaning_left_is_removed_by_the_next(runs: Path) -> None:
    run = finished(run_directories.create("fetch")[1])
    run.rename(run.with_name(f".removed-{run.name}"))
    assert run_directories.everything() == []
    other = finished(run_directories.create("fetch")[1])
    assert run_directories.remove(*run_directories.newest()[0:]) == [other]
    assert list(runs.iterdir()) == []


@contextmanager
def unwritable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder in which nothing can be written; root's permissions have no bounds, so there the disk is full."""
    if os.geteuid() == 0:

        def full(path: Path, *_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

        with monkeypatch.context() as patch:
            for name in ("mkdir", "symlink_to", "write_text", "replace", "rename", "unlink"):
                patch.setattr(Path, name, full)
            yield
    else:
        folder.chmod(0o500)
        yield
        folder.chmod(0o700)


def test_a_disk_that_takes_nothing_is_an_error_that_says_what_to_do(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_directories.mark("r1", "local")
    run = finished(run_directories.create("fetch")[1])
    run_directories.ACTIVE.chmod(0o500)
    run.parent.chmod(0o500)
    with unwritable(runs, monkeypatch):
        for work in (
            lambda: run_directories.create("epoll-500"),
            lambda: run_directories.create("fetch"),
            lambda: run_directories.mark("r2", "local"),
            lambda: run_directories.unmark("r1"),
            lambda: run_directories.remove(run),
        ):
            with pytest.raises(EvidenceError, match=r"; make room or give write permission.*IOLAB_RUNS"):
                work()
    for folder in (run_directories.ACTIVE, run.parent):
        folder.chmod(0o700)


def test_a_link_that_cannot_be_made_is_told_too(runs: Path) -> None:
    (runs / "latest").mkdir()
    with pytest.raises(EvidenceError, match="the run directory cannot be created"):
        run_directories.create("fetch")


def test_marks_that_cannot_be_seen_are_an_error_and_never_none(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> Iterator[Path]:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(EvidenceError, match="the list of runs under way cannot be read"):
        run_directories.marks()


def test_a_full_disk_that_names_no_file_is_told_without_one() -> None:
    with pytest.raises(EvidenceError) as raised, run_directories.writing("it cannot be saved"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert str(raised.value).startswith("it cannot be saved: No space left on device; make room")
