"""Run directories, their `latest` links, and the marks of runs under way."""

import json
from datetime import datetime as real_datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios import rundirs
from scenarios.errors import EvidenceError, UsageError
from scenarios.owner import this_process


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
            return cls(2026, 1, 1, 12, 0, 0, 10 * next(cls.moments))

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
