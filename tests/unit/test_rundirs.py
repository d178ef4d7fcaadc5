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

from scenarios import places, rundirs
from scenarios.errors import EvidenceError, UsageError
from scenarios.owner import this_process
from scenarios.record import RECORD_FILE
from tests.unit.made import mark_of_the_dead


def test_the_latest_links_lead_to_the_newest_run(runs: Path) -> None:
    _, other = rundirs.create("fetch")
    made = [rundirs.create("epoll-500")[1] for _ in range(5)]
    assert (runs / "latest").resolve() == (runs / "epoll-500" / "latest").resolve() == made[-1]
    assert (runs / "fetch" / "latest").resolve() == other
    assert rundirs.everything() == [other, *made]


def test_runs_within_one_second_keep_their_order(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class SameSecond(real_datetime):
        moments = iter(range(20))

        @classmethod
        def now(cls, tz: object = None) -> "SameSecond":
            assert tz is UTC
            return cls(2026, 1, 1, 12, 0, 0, 10 * next(cls.moments), UTC)

    monkeypatch.setattr(rundirs, "datetime", SameSecond)
    made = [rundirs.create("epoll-500")[1] for _ in range(20)]
    assert rundirs.everything() == made
    assert rundirs.find(None) == made[-1]


def test_a_run_is_found_by_its_id_its_directory_its_path_and_its_scenario(runs: Path) -> None:
    run, directory = rundirs.create("fetch")
    _, newer = rundirs.create("fetch")
    rundirs.create("epoll-500")
    assert rundirs.find(run) == rundirs.find(directory.name) == rundirs.find(str(directory)) == directory
    assert rundirs.find("fetch") == newer


def test_an_unknown_run_is_a_usage_error(runs: Path) -> None:
    with pytest.raises(UsageError, match="no runs yet"):
        rundirs.find(None)
    rundirs.create("fetch")
    with pytest.raises(UsageError, match="no run 'nothing'"):
        rundirs.find("nothing")


def test_what_is_no_run_is_not_listed(runs: Path) -> None:
    _, run = rundirs.create("fetch")
    (runs / "fetch" / "a-file").touch()
    # What a process leaves that is killed between making a link and putting it into its place.
    (runs / "fetch" / ".latest-0123abcd").symlink_to(run.name)
    rundirs.mark("r-1", "docker")
    assert rundirs.everything() == [run]


def test_a_place_that_cannot_be_written_is_named(runs: Path) -> None:
    (runs / "fetch").touch()
    with pytest.raises(EvidenceError, match=r"no run directory can be made: .*fetch"):
        rundirs.create("fetch")


def test_a_mark_tells_its_engine_and_its_owner_until_it_is_taken_away(runs: Path) -> None:
    assert rundirs.marks() == []
    rundirs.mark("r1", "local")
    assert [(mark.run, mark.engine, mark.owner) for mark in rundirs.marks()] == [("r1", "local", this_process())]
    rundirs.unmark("r1")
    rundirs.unmark("r1")
    assert rundirs.marks() == []


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
    rundirs.ACTIVE.mkdir(exist_ok=True)
    (rundirs.ACTIVE / "r1").write_bytes(data)
    assert [(mark.run, mark.owner.lives) for mark in rundirs.marks()] == [("r1", False)]


def finished(directory: Path) -> Path:
    """The directory of a run that has its record."""
    (directory / RECORD_FILE).write_text("{}", encoding="utf-8")
    return directory


def test_a_run_is_named_and_shown_by_the_time_in_utc_wherever_the_user_is(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = real_datetime.now(UTC).replace(microsecond=0)
    run, directory = rundirs.create("fetch")
    text, identity = rundirs.begun(directory)
    assert identity == run == rundirs.run_of(directory)
    assert timedelta(0) <= real_datetime.fromisoformat(f"{text}+00:00") - before < timedelta(minutes=10)


def test_runs_of_before_that_were_named_by_local_time_keep_their_order_among_the_others(runs: Path) -> None:
    local = real_datetime.now().astimezone() - timedelta(minutes=30)
    old = runs / "fetch" / f"{local:%Y%m%dT%H%M%S.%f}-0123abcd"
    old.mkdir(parents=True)
    _, new = rundirs.create("fetch")
    ancient = runs / "fetch" / "no-time"
    ancient.mkdir()
    assert rundirs.everything() == [ancient, old, new]
    assert rundirs.newest(2) == [new, old]
    assert rundirs.begun(old) == (f"{local.astimezone(UTC):%Y-%m-%d %H:%M:%S}", "0123abcd")
    assert rundirs.begun(ancient) == ("no", "time")


def test_a_run_is_found_as_a_shell_completes_it_from_anywhere(
    tmp_path: Path, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, elsewhere = tmp_path / "checkout" / "runs", tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(rundirs, "RUNS", kept)
    _, older = rundirs.create("fetch")
    _, fetched = rundirs.create("fetch")
    _, newest = rundirs.create("epoll-500")
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
        assert {name: rundirs.find(name) for name in expected} == expected
    monkeypatch.chdir(kept / "fetch")
    assert rundirs.find(f"{older.name}/") == rundirs.find(f"../fetch/{older.name}") == older
    for name in ("runs/fetch/nothing", "/", "../..", "\0", "x" * 5000, "~nobody-at-all/x"):
        with pytest.raises(UsageError, match="there is no run"):
            rundirs.find(name)


def test_another_directory_of_runs_can_be_named(tmp_path: Path) -> None:
    code = "from scenarios import rundirs; print(rundirs.create('fetch')[1]); rundirs.mark('r1', 'local')"
    env = {**os.environ, "IOLAB_RUNS": "mine"}
    words = [sys.executable, "-c", code]
    env["PYTHONPATH"] = str(places.ROOT)
    said = subprocess.run(words, env=env, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert Path(said.strip()).parent == tmp_path / "mine" / "fetch"
    assert (tmp_path / "mine" / ".active" / "r1").exists()


def test_a_run_without_a_record_is_under_way_in_the_process_that_began_it(runs: Path) -> None:
    directory = rundirs.create("fetch")[1]
    assert rundirs.under_way() == directory
    finished(directory)
    assert rundirs.under_way() is None


def test_cleaning_keeps_the_newest_and_leads_the_links_to_what_is_left(runs: Path) -> None:
    fetched = [finished(rundirs.create("fetch")[1]) for _ in range(3)]
    served = [finished(rundirs.create("epoll-500")[1]) for _ in range(2)]
    assert rundirs.remove(*rundirs.newest()[3:]) == [fetched[1], fetched[0]]
    assert rundirs.everything() == [fetched[2], *served]
    assert rundirs.remove(served[1], fetched[2]) == [served[1], fetched[2]]
    assert (runs / "latest").resolve() == (runs / "epoll-500" / "latest").resolve() == served[0]
    assert not (runs / "fetch").exists()
    assert rundirs.remove(*rundirs.newest()[0:]) == served[:1]
    assert list(runs.iterdir()) == []
    assert rundirs.remove(*rundirs.newest()[0:]) == []


def test_a_run_under_way_is_never_removed(runs: Path) -> None:
    run, marked = rundirs.create("fetch")
    rundirs.mark(run, "local")
    _, just_made = rundirs.create("fetch")
    dead_run, dead = rundirs.create("fetch")
    mark_of_the_dead(dead_run)
    finished(dead)
    finished(marked)
    assert rundirs.remove(*rundirs.newest()[0:]) == [dead]
    assert rundirs.everything() == [marked, just_made]
    rundirs.unmark(run)
    assert rundirs.remove(*rundirs.newest()[0:]) == [marked]


def test_only_run_directories_are_removed(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    precious = tmp_path_factory.mktemp("precious")
    (precious / "file").touch()
    run = finished(rundirs.create("fetch")[1])
    (run / "link").symlink_to(precious)
    (runs / "linked").symlink_to(precious)
    (runs / "bench").mkdir()
    assert rundirs.remove(precious, runs, runs / "bench", runs / "linked", run) == [run]
    assert (precious / "file").exists()
    assert {path.name for path in runs.iterdir()} == {"bench", "linked"}


def test_what_a_killed_cleaning_left_is_removed_by_the_next(runs: Path) -> None:
    run = finished(rundirs.create("fetch")[1])
    run.rename(run.with_name(f".removed-{run.name}"))
    assert rundirs.everything() == []
    other = finished(rundirs.create("fetch")[1])
    assert rundirs.remove(*rundirs.newest()[0:]) == [other]
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
    rundirs.mark("r1", "local")
    run = finished(rundirs.create("fetch")[1])
    rundirs.ACTIVE.chmod(0o500)
    run.parent.chmod(0o500)
    with unwritable(runs, monkeypatch):
        for work in (
            lambda: rundirs.create("epoll-500"),
            lambda: rundirs.create("fetch"),
            lambda: rundirs.mark("r2", "local"),
            lambda: rundirs.unmark("r1"),
            lambda: rundirs.remove(run),
        ):
            with pytest.raises(EvidenceError, match=r"; make room or give write permission.*IOLAB_RUNS"):
                work()
    for folder in (rundirs.ACTIVE, run.parent):
        folder.chmod(0o700)


def test_a_link_that_cannot_be_made_is_told_too(runs: Path) -> None:
    (runs / "latest").mkdir()
    with pytest.raises(EvidenceError, match="no run directory can be made"):
        rundirs.create("fetch")


def test_marks_that_cannot_be_seen_are_an_error_and_never_none(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> Iterator[Path]:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(EvidenceError, match="which runs are under way cannot be seen"):
        rundirs.marks()


def test_a_full_disk_that_names_no_file_is_told_without_one() -> None:
    with pytest.raises(EvidenceError) as raised, rundirs.writing("it cannot be saved"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert str(raised.value).startswith("it cannot be saved: No space left on device; make room")
