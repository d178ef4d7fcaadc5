"""Owners of runs: who still lives."""

import dataclasses
import os
import subprocess

import psutil
import pytest

from scenarios import owner
from scenarios.owner import Owner


def owner_of(pid: int) -> Owner:
    """The owner that the process would be."""
    return dataclasses.replace(owner.this_process(), pid=pid, started=psutil.Process(pid).create_time())


def test_this_process_lives() -> None:
    assert owner.this_process().pid == os.getpid()
    assert owner.this_process().lives


def test_a_process_id_that_is_used_again_is_not_its_first_owner() -> None:
    me = owner.this_process()
    assert not dataclasses.replace(me, started=me.started - 1000).lives


def test_a_clock_that_was_adjusted_a_little_kills_nobody() -> None:
    me = owner.this_process()
    assert dataclasses.replace(me, started=me.started + owner.CLOCK_ADJUSTMENT / 2).lives


def test_nobody_here_can_tell_that_an_owner_on_another_host_is_dead() -> None:
    me = owner.this_process()
    assert dataclasses.replace(me, started=me.started - 1000, host=f"not-{me.host}").lives


def test_a_process_that_ended_is_dead_even_while_nobody_has_waited_for_it() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as child:
        mine = owner_of(child.pid)
        assert mine.lives
        child.communicate()
        assert not mine.lives
    with subprocess.Popen(["true"]) as child:
        zombie = owner_of(child.pid)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not zombie.lives


def test_a_process_that_may_not_be_looked_at_counts_as_living(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise psutil.AccessDenied

    me = owner.this_process()
    monkeypatch.setattr(psutil, "Process", refuse)
    assert me.lives
