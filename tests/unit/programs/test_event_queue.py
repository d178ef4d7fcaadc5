"""Events that wait for their reader: in order, bounded, and never in the way."""

import json
import os
import select
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from labs.programs.servers import event_queue
from labs.programs.servers.event_queue import EventQueue

LONG = "x" * 200
MANY = 2000  # lines of 200 bytes and more are several times what a pipe holds


class Pipe:
    """A queue that writes into a pipe, and the pipe's other end."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        self.queue = EventQueue(self.writer)

    def has_more(self) -> bool:
        """Whether something can be read at once, or in a moment."""
        return bool(select.select([self.reader], [], [], 0.01)[0])

    def fill(self, count: int) -> int:
        """Emits so many events, and more until the pipe is full; returns how many. A thread may write them late."""
        number = 0
        while number < count or select.select([], [self.writer], [], 0)[1]:
            self.queue.emit("closed", client=number, text=LONG)
            number += 1
        return number

    def read(self) -> list[dict[str, object]]:
        """What can be read until the queue is empty."""
        data = os.read(self.reader, 1 << 20)
        # A thread may have written its line and not have said so yet: then there is nothing to read, and more to come.
        while self.queue.waiting or not self.queue._outlet.is_ready(0) or self.has_more():
            self.queue.flush()
            data += os.read(self.reader, 1 << 20) if self.has_more() else b""
        return [json.loads(line) for line in data.splitlines()]


@pytest.fixture(params=["poll", "thread, as on Windows"])
def pipe(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipe]:
    if request.param != "poll":
        monkeypatch.delattr(select, "poll")
    pipe = Pipe()
    yield pipe
    for descriptor in (pipe.reader, pipe.writer):
        if descriptor >= 0:
            os.close(descriptor)


def test_an_event_is_out_at_once_when_somebody_can_take_it(pipe: Pipe) -> None:
    pipe.queue.emit("closed", client=1)
    assert os.read(pipe.reader, 100) == b'{"event": "closed", "client": 1}\n'
    assert pipe.queue.patience is None


def test_a_full_pipe_blocks_nobody_and_loses_nothing(pipe: Pipe) -> None:
    emitted = pipe.fill(MANY)
    assert pipe.queue.waiting
    assert pipe.queue.patience is not None
    assert [event["client"] for event in pipe.read()] == list(range(emitted))


def test_what_is_more_than_may_wait_is_counted(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_queue, "MOST_WAITING", 100)
    emitted = pipe.fill(MANY)
    assert len(pipe.queue.waiting) in (99, 100)  # a thread may just have taken one
    *told, last = pipe.read()
    assert last == {"event": "dropped", "events": emitted - len(told)}


def test_a_reader_who_is_gone_gets_nothing_and_harms_nobody(pipe: Pipe) -> None:
    os.close(pipe.reader)
    pipe.reader = -1
    for number in range(MANY):
        pipe.queue.emit("closed", client=number, text=LONG)
    pipe.queue.flush(10)  # a thread may not have had its turn yet
    assert not pipe.queue.waiting


def test_a_regular_file_takes_every_event(tmp_path: Path) -> None:
    with (tmp_path / "events").open("w") as file:
        queue = EventQueue(file.fileno())
        for number in range(MANY):
            queue.emit("closed", client=number)
        assert not queue.waiting
    assert len((tmp_path / "events").read_text().splitlines()) == MANY


def test_the_last_flush_waits_for_a_reader_who_is_slow(pipe: Pipe) -> None:
    for number in range(MANY):
        pipe.queue.emit("closed", client=number, text=LONG)
    data: list[bytes] = []

    def read() -> None:
        while data[-1:] != [b""]:
            data.append(os.read(pipe.reader, 4096))

    reader = threading.Thread(target=read)
    reader.start()
    pipe.queue.flush(10)
    os.close(pipe.writer)
    pipe.writer = -1
    reader.join()
    assert len(b"".join(data).splitlines()) == MANY


def test_the_last_flush_gives_up_when_nobody_reads(pipe: Pipe) -> None:
    for number in range(MANY):
        pipe.queue.emit("closed", client=number, text=LONG)
    pipe.queue.flush(0.01)
    assert pipe.queue.waiting
