"""What services say, however it is cut up, and the lab's only wait loop."""

import itertools
import json
import threading
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.engines.base import MOST_BYTES
from scenarios.errors import EngineGone, ServiceDied, WaitTimeout
from scenarios.pipeline.run.transcript import Transcript
from scenarios.results.events import LAST_EVENTS, Events, events_in
from tests.unit.scripted import event

LINES = st.lists(
    st.one_of(
        st.builds(
            lambda name, k: json.dumps({"event": name, "k": k}), st.sampled_from(["ready", "closed"]), st.integers()
        ),
        st.text(st.characters(codec="utf-8"), max_size=20),
    ),
    max_size=8,
)


def transcript(deadline: float = 10.0, now: float = 0.0) -> Transcript:
    """One service, `server`, and a clock that stands still."""
    return Transcript({"server": MOST_BYTES}, deadline, clock=lambda: now)


@given(LINES, st.lists(st.integers(0, 400), max_size=6))
def test_events_are_the_same_however_the_stream_is_cut(lines: list[str], cuts: list[int]) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    whole, cut = transcript(), transcript()
    whole.output("server", "stdout", data)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for begin, end in itertools.pairwise(edges):
        cut.output("server", "stdout", data[begin:end])
    assert cut["server"].events == whole["server"].events == tuple(events_in(data.decode()))
    assert cut["server"].stdout.read() == data


@given(st.binary(max_size=200))
def test_any_bytes_are_kept_and_never_an_error(data: bytes) -> None:
    said = transcript()
    said.output("server", "stdout", data)
    assert said["server"].stdout.read() == data


@given(st.lists(st.binary(max_size=20)))
def test_bytes_that_are_no_text_hide_no_event(pieces: list[bytes]) -> None:
    said = transcript()
    for piece in pieces:
        said.output("server", "stdout", piece)
    said.output("server", "stdout", b'\n{"event": "ready"}\n')
    assert said["server"].has("ready")


def test_events_are_read_from_stdout_alone() -> None:
    said = transcript()
    said.output("server", "stderr", b'{"event": "ready"}\n')
    assert said["server"].events == ()


@pytest.mark.parametrize("code", ['"soon"', "null", "[1]", "true", "-1", "256", "9" * 4000])
def test_an_exit_without_a_status_is_none(code: str) -> None:
    said = transcript()
    sealed = f'"seal": "{said.seal}"}}\n'
    said.output(
        "server", "stdout", f'{{"event": "exited", "code": {code}, {sealed}{{"event": "exited", {sealed}'.encode()
    )
    assert not said["server"].ended


def test_the_first_event_of_a_name_is_found_and_each_arrival_counts() -> None:
    said = transcript()
    said.output("server", "stdout", b'{"event": "a", "k": 1}\n{"event": "a", "k": 2}\n')
    said.stopped("server")
    assert said["server"].event("a")["k"] == 1
    assert said["server"].ended
    assert said.arrivals == 2


def test_a_condition_holds_within_some_time_or_not() -> None:
    said = transcript()
    said.output("server", "stdout", b"x")
    assert said.holds_within(0, lambda: said["server"].stdout.read() == b"x")
    assert not said.holds_within(0, lambda: said["server"].stdout.read() == b"xy")


def test_a_line_without_its_end_is_no_event_yet() -> None:
    said = transcript()
    said.output("server", "stdout", b'{"event": "ready"}')
    assert not said["server"].has("ready")
    said.output("server", "stdout", b"\n")
    assert said["server"].has("ready")


def test_the_exit_that_the_machine_reports_is_the_programs() -> None:
    said = transcript()
    said.output("server", "stdout", event("exited", code=137, seal=said.seal).encode())
    assert said["server"].exit_status == 137


@pytest.mark.parametrize("seal", [{}, {"seal": ""}, {"seal": None}, {"seal": "0" * 32}])
def test_a_program_that_prints_how_it_began_and_ended_is_not_believed(seal: dict[str, str | None]) -> None:
    said = transcript()
    said.output("server", "stdout", (event("started", pid=1, **seal) + event("exited", code=0, **seal)).encode())
    assert not said["server"].has("started")
    assert not said["server"].ended
    assert said["server"].last_lines() == tuple(said["server"].stdout.tail.text.splitlines())
    said.output("server", "stdout", event("started", pid=7, seal=said.seal).encode())
    said.output("server", "stdout", event("exited", code=3, seal=said.seal).encode())
    said.output("server", "stdout", event("exited", code=0, **seal).encode())
    assert (said["server"].event("started")["pid"], said["server"].exit_status) == (7, 3)


def test_each_run_has_a_seal_of_its_own() -> None:
    assert len({transcript().seal for _ in range(10)}) == 10


def test_waiting_ends_when_another_thread_brings_what_is_awaited() -> None:
    said = Transcript({"server": MOST_BYTES}, deadline=1e12)
    thread = Thread(target=lambda: said.output("server", "stdout", b'{"event": "ready"}\n'))
    thread.start()
    said.wait(lambda: said["server"].has("ready"), "server to be ready", "server", must_live=True)
    thread.join()
    assert said["server"].has("ready")


def test_waiting_past_the_deadline_says_what_for_and_what_was_said_last() -> None:
    said = transcript(deadline=10.0, now=10.0)
    said.output("server", "stdout", b"loading\n")
    said.output("server", "stderr", b"a warning\n")
    said.output("server", "stdout", event("started", pid=7, seal=said.seal).encode())
    with pytest.raises(WaitTimeout, match=r"server to be ready(.|\n)*loading(.|\n)*a warning"):
        said.wait(lambda: False, "server to be ready", "server", must_live=True)


def test_a_wait_with_seconds_to_spare_returns_when_no_more_are_left() -> None:
    said = transcript(deadline=10.0, now=7.0)
    said.wait(lambda: False, "server to be ready", "server", must_live=True, spare=3.0)


def test_a_line_without_end_is_shown_by_its_beginning_and_says_how_much_more_there_was() -> None:
    said = transcript(deadline=10.0, now=10.0)
    said.output("server", "stdout", b"x" * 1_000_000)
    said.output("server", "stderr", b"short\n")
    long, short = said["server"].last_lines()
    assert len(long) < 500
    assert long == "x" * 400 + f"... (and at least {64 * 1024 - 400} more characters)"
    assert short == "short"


def test_a_service_that_must_live_ends_the_wait_when_it_dies() -> None:
    said = transcript()
    said.output("server", "stdout", event("exited", code=1, seal=said.seal).encode())
    with pytest.raises(ServiceDied, match="exit status 1"):
        said.wait(lambda: False, "server to be ready", "server", must_live=True)


def test_a_lost_engine_ends_the_wait_with_its_reason() -> None:
    said = transcript()
    said.lost("connection refused")
    with pytest.raises(EngineGone, match="connection refused"):
        said.wait(lambda: False, "server to be ready", "server", must_live=False)


def test_what_came_before_the_engine_was_lost_still_counts() -> None:
    said = transcript()
    said.output("server", "stdout", b'{"event": "ready"}\n')
    said.lost("connection refused")
    said.wait(lambda: said["server"].has("ready"), "server to be ready", "server", must_live=True)


def test_past_the_deadline_a_wait_ends_although_what_it_waits_for_comes_all_the_time() -> None:
    with pytest.raises(WaitTimeout, match="server to finish"):
        transcript(deadline=1.0, now=2.0).wait(lambda: True, "server to finish", "server", must_live=False)


def test_half_a_surrogate_pair_becomes_text_that_can_be_saved() -> None:
    said = transcript()
    said.output("server", "stdout", b'{"event": "x", "a": "\\ud800b", "c": "\\ud83d\\ude00"}\n')
    assert said["server"].event("x") == {"event": "x", "a": "?b", "c": "\N{GRINNING FACE}"}


def test_events_can_be_read_while_more_arrive() -> None:
    events = Events(room=0)
    stop = threading.Event()

    def flood() -> None:
        while not stop.is_set():
            events.add(b'{"event": "x"}')

    writer = threading.Thread(target=flood)
    writer.start()
    try:
        for _ in range(300):
            assert len(events.kept) <= LAST_EVENTS
    finally:
        stop.set()
        writer.join()
