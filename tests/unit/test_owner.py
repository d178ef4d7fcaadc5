"""Owners of runs: who still lives, as far as anybody at this place can know."""

import dataclasses
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.system import owner, proc_probe
from scenarios.system.owner import NOBODY, ZOMBIE, Owner, this_process

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
TEXTS = st.sampled_from(["", "one", "other"])
OWNERS = st.builds(
    Owner,
    pid=st.integers(1, 3),
    started=st.integers(0, 2),
    boot=TEXTS,
    machine=TEXTS,
    host=TEXTS,
    uid=st.integers(0, 1),
    space=TEXTS,
)
# What the kernel tells of a process: its start, that it is a zombie, nothing though it is there, or that it is not.
SEEN = st.sampled_from([1, 2, ZOMBIE, None, "gone"])


def owner_of(pid: int) -> Owner:
    """The owner that the process would be."""
    return dataclasses.replace(this_process(), pid=pid, started=owner.started(pid) or 0)


def lives(one: Owner, here: Owner, seen: int | str | None) -> bool:
    """Whether it lives for one at the place of `here`, whose kernel tells `seen` of the process with that id."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, "started", lambda _: seen if isinstance(seen, int) else None)
        patch.setattr(owner, "exists", lambda _: seen != "gone")
        return one.lives_for(here)


def test_this_process_lives() -> None:
    assert this_process().pid == os.getpid()
    assert this_process().lives


def test_a_process_id_that_is_used_again_is_not_its_first_owner() -> None:
    me = this_process()
    assert not dataclasses.replace(me, started=me.started - 1).lives


@given(one=OWNERS, here=OWNERS, seen=SEEN)
def test_an_owner_counts_as_dead_only_where_that_is_certain(one: Owner, here: Owner, seen: int | str | None) -> None:
    if lives(one, here, seen):
        return
    same_machine = one.machine == here.machine if one.machine and here.machine else one.host == here.host
    if one.boot and here.boot and one.boot != here.boot:
        assert same_machine
    else:
        assert same_machine or one.boot == here.boot != ""
        assert not (one.space and here.space and one.space != here.space)
        assert seen in ("gone", ZOMBIE) or (seen is None and one.uid == here.uid) or one.started not in (0, seen)


@given(one=OWNERS, seen=SEEN, host=TEXTS, machine=TEXTS)
def test_a_changed_name_of_the_machine_changes_nothing_while_it_runs(
    one: Owner, seen: int | str | None, host: str, machine: str
) -> None:
    here = dataclasses.replace(one, boot="this start")
    named_anew = dataclasses.replace(here, host=host, machine=machine)
    assert lives(here, here, seen) == lives(here, named_anew, seen)


@given(one=OWNERS, seen=SEEN, space=TEXTS)
def test_nobody_survives_a_new_start_of_his_machine(one: Owner, seen: int | str | None, space: str) -> None:
    before = dataclasses.replace(one, boot="yesterday", machine="this one")
    assert not lives(before, dataclasses.replace(before, boot="today", host="another name", space=space), seen)


@given(one=OWNERS, seen=SEEN)
def test_nobody_here_can_tell_that_an_owner_elsewhere_is_dead(one: Owner, seen: int | str | None) -> None:
    there = dataclasses.replace(one, boot="theirs", machine="theirs", space="theirs")
    assert lives(there, dataclasses.replace(there, boot="ours", machine="ours"), seen)
    assert lives(there, dataclasses.replace(there, space="another container's"), seen)


@given(one=OWNERS)
def test_a_process_of_another_user_that_is_hidden_counts_as_living_until_it_is_gone(one: Owner) -> None:
    here = dataclasses.replace(one, uid=one.uid + 1)
    assert lives(one, here, None)
    assert not lives(one, here, "gone")
    assert not lives(one, one, None)  # its own processes a user can see, so the id is somebody else's by now


@ON_LINUX
def test_a_step_of_the_clock_kills_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    me = this_process()
    monkeypatch.setattr(psutil, "boot_time", lambda: 0.0)
    monkeypatch.setattr(psutil.Process, "create_time", lambda _: 0.0)
    assert me.lives


def test_a_process_that_ended_is_dead_even_while_nobody_has_waited_for_it() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        mine = owner_of(child.pid)
        assert mine.lives
        child.communicate()
        assert not mine.lives
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        zombie = owner_of(child.pid)
        assert child.stdin is not None
        child.stdin.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not zombie.lives


def test_a_command_s_name_may_hold_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = ["R", *["1"] * 18, "4711", *["1"] * 20]
    for name in ("self", "5"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "stat").write_text(f"5 (a) Z 9 (b) {' '.join(fields)}\n", encoding="ascii")
    monkeypatch.setattr(proc_probe, "PROC", str(tmp_path))
    assert owner.started(5) == 4711
    assert owner.started(6) is None


def test_owners_are_told_apart_without_proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proc_probe, "PROC", str(tmp_path))
    monkeypatch.setattr(owner, "boot", lambda: "")
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        mine = dataclasses.replace(owner_of(child.pid), boot="", space="")
        assert mine.started > 1000
        assert mine.lives
        assert not dataclasses.replace(mine, started=mine.started - 5000).lives
        child.communicate()
        assert not mine.lives


@given(OWNERS)
def test_an_owner_comes_back_from_labels_and_from_a_record(one: Owner) -> None:
    assert Owner.from_labels({**one.labels(), "iolab.run": "r1"}) == one
    assert Owner.from_data(json.loads(json.dumps(dataclasses.asdict(one)))) == one


# No process id has no digit; three texts of digits may be a record that can be read.
NO_NUMBER = st.text(st.characters(exclude_categories=["Nd", "Cs"]))


@given(st.one_of(st.none(), st.text(), st.dictionaries(st.sampled_from(list(NOBODY.labels())), NO_NUMBER)))
def test_an_owner_that_cannot_be_read_is_unknown_and_must_be_taken_for_living(data: object) -> None:
    read = Owner.from_labels(data) if isinstance(data, dict) else Owner.from_data(data)
    assert read is None
    assert owner.owner_lives(read)


def test_a_record_of_before_is_judged_by_the_process_id_alone() -> None:
    def before(pid: int, host: str = socket.gethostname()) -> Owner | None:
        return Owner.from_data({"pid": pid, "started": 1790000000.25, "host": host})

    with subprocess.Popen(["true"]) as child:
        pass
    assert [owner.owner_lives(one) for one in (before(os.getpid()), before(child.pid))] == [True, False]
    assert owner.owner_lives(before(child.pid, "elsewhere"))


@pytest.mark.parametrize("pid", [0, -1, 2**31, 2**70])
def test_what_can_be_no_process_is_dead(pid: int) -> None:
    assert not dataclasses.replace(this_process(), pid=pid).lives
    assert not NOBODY.lives


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@ON_LINUX
def test_another_user_s_process_is_known_by_its_start_as_well() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, user=65534) as child:
        theirs = dataclasses.replace(owner_of(child.pid), uid=65534)
        assert theirs.lives
        assert not dataclasses.replace(theirs, started=theirs.started - 1).lives
