"""What a container's streams look like on the way, cut anywhere, and conversations over a real socket."""

import http.client
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.engines.docker.streams import Conversation, Frames

HEAD = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"


def frame(number: int, data: bytes) -> bytes:
    """As an engine sends it."""
    return struct.pack(">BxxxL", number, len(data)) + data


@given(
    frames=st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40)), max_size=12),
    cuts=st.lists(st.integers(1, 30), max_size=40),
)
def test_nothing_is_lost_wherever_the_streams_are_cut(frames: list[tuple[int, bytes]], cuts: list[int]) -> None:
    sent = b"".join(frame(*one) for one in frames)
    reader, got = Frames(), {"stdout": b"", "stderr": b""}
    for cut in [*cuts, len(sent) + 1]:
        for stream, part in reader.feed(sent[:cut]):
            got[stream] += part
        sent = sent[cut:]
    assert got["stdout"] == b"".join(data for number, data in frames if number == 1)
    assert got["stderr"] == b"".join(data for number, data in frames if number == 2)
    assert reader.whole


def test_an_end_in_the_middle_of_a_frame_is_seen() -> None:
    reader = Frames()
    assert reader.feed(frame(1, b"half")[:-1]) == [("stdout", b"hal")]
    assert not reader.whole


def test_many_small_frames_become_one_part_for_each_stream() -> None:
    assert Frames().feed(frame(1, b"a") + frame(2, b"x") + frame(1, b"b")) == [("stdout", b"ab"), ("stderr", b"x")]


@pytest.fixture
def both() -> Iterator[tuple[Conversation, socket.socket]]:
    """A conversation whose first bytes came with the head of the answer, and the engine's end of it."""
    ours, theirs = socket.socketpair()
    theirs.sendall(HEAD + frame(1, b"early"))
    response = http.client.HTTPResponse(ours)
    response.begin()
    conversation = Conversation(SimpleNamespace(raw=SimpleNamespace(_fp=response), close=response.close))
    with theirs:
        yield conversation, theirs
    conversation.close()


def test_what_came_with_the_head_of_the_answer_is_not_lost(both: tuple[Conversation, socket.socket]) -> None:
    conversation, engine = both
    engine.sendall(frame(2, b"late"))
    engine.close()
    assert list(conversation.frames()) == [("stdout", b"early"), ("stderr", b"late")]


def test_a_silent_engine_ends_the_wait_at_its_deadline(both: tuple[Conversation, socket.socket]) -> None:
    conversation, _ = both
    conversation.receive()
    with pytest.raises(TimeoutError):
        conversation.receive(time.monotonic() + 0.05)


def test_closing_ends_a_wait_in_another_thread(both: tuple[Conversation, socket.socket]) -> None:
    conversation, _ = both
    conversation.receive()

    def wait() -> None:
        with suppress(OSError, ValueError):
            conversation.receive()

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    time.sleep(0.05)
    conversation.close()
    waiting.join(5)
    assert not waiting.is_alive()


def test_more_than_the_connection_holds_is_written_whole(both: tuple[Conversation, socket.socket]) -> None:
    conversation, engine = both
    sent = bytes(3_000_000)
    writing = threading.Thread(target=conversation.send, args=(sent,))
    writing.start()
    got = 0
    while got < len(sent):
        got += len(engine.recv(65536))
    writing.join(5)
    assert got == len(sent)
