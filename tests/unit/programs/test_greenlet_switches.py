"""The watcher of greenlets: which lines, sockets and greenlets it counts."""

import socket
from typing import Any

import greenlet
import pytest

from labs.programs.demos import greenlet_switches
from labs.programs.demos.greenlet_switches import SERVING, Switches


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        (["A1", "\n"], 1),
        (["A", "", "1", "\n"], 1),
        (["A1\nB1\n"], 2),
        (["\n", " \n", '{"event": "ready"}\n'], 0),
        (["A1"], 0),
    ],
)
def test_a_line_counts_once_in_however_many_pieces_it_is_written(pieces: list[str], lines: int) -> None:
    switches = Switches()
    switches.print = len
    for piece in pieces:
        assert switches.on_write(piece) == len(piece)
    assert len(switches.lines) == lines


def hold(one: socket.socket) -> None:
    """A greenlet that has a socket, and is resumed again and again."""
    parent = greenlet.getcurrent().parent
    while parent and one.fileno() >= 0:
        parent.switch()


@pytest.mark.parametrize(("resumes", "serving"), [(1, 0), (SERVING, 2)])
def test_a_greenlet_serves_a_socket_if_it_was_resumed_and_not_only_started(
    resumes: int, serving: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports: list[dict[str, object]] = []
    monkeypatch.setattr(greenlet_switches, "report", lambda _seal, **seen: reports.append(seen))
    switches = Switches()
    pair = socket.socketpair()
    greenlet.settrace(switches)
    try:
        holders = [greenlet.greenlet(hold) for _ in pair]
        for _ in range(resumes):
            for holder, one in zip(holders, pair, strict=True):
                holder.switch(*() if holder.gr_frame else (one,))
        switches.report()
        for one in pair:
            one.close()
        for holder in holders:
            holder.switch()
        switches.report()  # all have left, and the most is still known
    finally:
        greenlet.settrace(None)
    assert [(seen["holding"], seen["serving"]) for seen in reports[-2:]] == [(2, serving)] * 2


def test_a_socket_that_connects_more_than_once_counts_once() -> None:
    switches = Switches()
    with socket.socket() as one, socket.socket() as two:
        for event, sock in (("socket.__new__", one), ("socket.connect", one), ("socket.connect", one)):
            switches.on_audit(event, (sock, "address"))
        switches.on_audit("socket.connect", (two, "address"))
    assert switches.connects == [0, 0]


def test_a_report_tells_how_deep_lines_were_printed_and_which_greenlets_have_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reports: list[dict[str, Any]] = []
    monkeypatch.setattr(greenlet_switches, "report", lambda _seal, **seen: reports.append(seen))
    switches = Switches()
    switches.print = len

    def shallow(*, ends: bool) -> None:
        switches.on_write("shallow\n")
        deep()
        if not ends:
            greenlet.getcurrent().parent.switch()  # type: ignore[union-attr]

    def deep() -> None:
        switches.on_write("deep\n")

    greenlet.settrace(switches)
    try:
        both = [greenlet.greenlet(shallow) for _ in range(2)]
        for one, ends in zip(both, (True, False), strict=True):
            one.switch(ends=ends)
        switches.report()
    finally:
        greenlet.settrace(None)
    depths = [depth for *_, depth in reports[-1]["lines"]]
    assert [later - sooner for sooner, later in zip(depths[::2], depths[1::2], strict=True)] == [1, 1]
    assert reports[-1]["ended"] == [1]


def test_the_seconds_of_a_blocking_sleep_are_noted() -> None:
    switches = Switches()
    switches.on_sleep(0.001)
    assert switches.slept == [(0, 0.001)]
