"""Programs that print without end: the lab's memory stays as it is, and the run directory has what they printed."""

import dataclasses
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from scenarios.engines.base import MOST_BYTES
from scenarios.errors import EvidenceError
from scenarios.pipeline.run.collect import COMPARED
from scenarios.pipeline.run.spool import Spool
from scenarios.pipeline.run.transcript import Transcript
from scenarios.places import ROOT
from scenarios.results import evidence as evidences
from scenarios.results.events import EVENT_COST, LAST_EVENTS, LONGEST_LINE, Events, Lines, Tail
from tests.unit.builders import evidence, saved, service
from tests.unit.scripted import event

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
FLOOD = 150_000_000  # bytes
# The lab with all that it imports, and a third of the flood: what holds it all in memory takes more.
ROOM = 130 * 1024 * 1024
# The peak of this very program: what getrusage tells includes that of the process which started it.
PEAK = """
def peak():
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))
"""
RUN = """
import sys
import tracemalloc
from pathlib import Path
from scenarios.engines import base
from scenarios.engines.local.engine import LocalEngine
from scenarios.pipeline.run.drive import Plan, living
from tests.unit.local_runs import scenario, service
from tests.unit.scripted import Quiet

base.MOST_BYTES_OF_CODE = base.MOST_BYTES  # the program counts as one of the lab's own
directory, flood = Path(sys.argv[1]), sys.argv[2]
floods = scenario(service("client", "floods", "--bytes", flood))
with living(LocalEngine(directory / "state"), Plan(floods, "f100d", directory, timeout=120), Quiet()) as (evidence, _):
    client = evidence.services["client"]
    print(evidence.problem, client.logs, client.wrote["stdout"], client.said("finished")["served"],
          client.compared["stdout"])
print(peak())
"""


@ON_LINUX
def test_a_flood_is_in_the_run_directory_and_not_in_memory(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PEAK + RUN, str(tmp_path), str(FLOOD)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    told, memory = done.stdout.splitlines()
    problem, logs, wrote, served, compared = told.split()
    assert (problem, logs, served) == ("None", "complete", "0")
    assert int(memory) < ROOM
    assert int(compared) == COMPARED
    kept = evidences.log_file(tmp_path, "client", "stdout")
    assert FLOOD - 100_000 < kept.stat().st_size == int(wrote)


@ON_LINUX
def test_a_flood_of_events_takes_no_more_memory_than_one_of_text(tmp_path: Path) -> None:
    source = PEAK + RUN.replace('"--bytes", flood', '"--events", "--bytes", flood')
    command = [sys.executable, "-c", source, str(tmp_path), str(FLOOD // 10)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[1]) < ROOM


SHAPES: tuple[object, ...] = ([{}] * 2000, [[n] for n in range(1000)], {str(n): n for n in range(1000)}, "x" * 9000)


@pytest.mark.parametrize("values", SHAPES)
def test_events_of_any_shape_take_no_more_memory_than_they_are_given_room_for(values: object) -> None:
    line, room = json.dumps({"event": "x", "values": values}).encode(), 4 * 1024 * 1024
    events = Events(room)
    tracemalloc.start()
    try:
        while events.add(line):
            pass
        assert tracemalloc.get_traced_memory()[0] < 1.5 * room
    finally:
        tracemalloc.stop()


@ON_LINUX
def test_reading_a_flood_again_takes_no_memory_either(tmp_path: Path) -> None:
    saved(evidence(service("client")), tmp_path)
    with evidences.log_file(tmp_path, "client", "stdout").open("w", encoding="utf-8") as file:
        for _ in range(FLOOD // 10_000_000):
            file.write(("x" * 99 + "\n") * 100_000)
        file.write(event("finished"))
    source = PEAK + "import sys; from pathlib import Path; from scenarios.results import evidence\n"
    source += "print(evidence.load(Path(sys.argv[1])).services['client'].said('finished'))\n"
    source += "print(peak())"
    command = [sys.executable, "-c", source, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("{'event': 'finished'}")
    assert int(done.stdout.split()[-1]) < ROOM


def test_a_line_that_is_too_long_is_free_text_and_hides_no_event_behind_it() -> None:
    lines = Lines()
    long = b'{"event": "x", "text": "' + b"y" * LONGEST_LINE + b'"}\n'
    pieces = (long[:100], long[100:5000], long[5000:] + b'{"event": "a"}\n', long + b'{"event": "b"}\n')
    assert [line for piece in pieces for line in lines.add(piece)] == [b'{"event": "a"}', b'{"event": "b"}']


def test_events_beyond_the_room_are_counted_and_the_last_ones_kept() -> None:
    events, count = Events(room=10 * EVENT_COST), 1000
    for number in range(count):
        events.add(json.dumps({"event": "closed", "number": number}).encode())
    numbers = [one["number"] for one in events.kept]
    assert numbers[-LAST_EVENTS:] == list(range(count - LAST_EVENTS, count))
    assert numbers[:5] == [0, 1, 2, 3, 4]
    assert len(numbers) + events.left_out == count


def test_a_flood_that_is_read_again_is_kept_as_it_was() -> None:
    live, again = Events(room=3 * EVENT_COST), Events(room=3 * EVENT_COST)
    for number in range(3 * LAST_EVENTS):
        line = json.dumps({"event": "connected", "checkpoint": True, "number": number}).encode()
        assert live.add(line) is not None
        again.keep(line)
    assert (again.kept, again.left_out) == (live.kept, live.left_out)


def test_the_lab_hears_what_drives_a_run_behind_more_events_than_there_is_room_for() -> None:
    events = Events(room=1)
    events.add(b'{"event": "closed"}')
    assert events.add(b'{"event": "closed"}') is None
    assert events.add(b'{"event": "connected", "checkpoint": true}') is not None
    assert events.add(b'{"event": "exited", "code": 0}') is not None


def test_the_last_event_of_a_name_is_not_guessed_where_some_were_left_out() -> None:
    many = tuple({"event": "closed"} for _ in range(LAST_EVENTS))
    some = dataclasses.replace(service("server"), events=({"event": "peak"}, *many), events_left_out=1)
    assert some.last("closed") is not None
    with pytest.raises(
        EvidenceError, match="server printed too many events; the last 'peak' may be among those left out"
    ):
        some.last("peak")


def test_a_stream_beyond_its_cap_is_cut_off_and_counted_and_its_end_is_still_known(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "stream", cap=10)
    for _ in range(4):
        spool.add(b"12345")
    assert (spool.came, spool.kept, spool.over, spool.read()) == (20, 10, True, b"1234512345")
    assert spool.tail.text == "12345" * 4
    spool.close()


def test_the_end_of_a_stream_is_the_same_however_it_is_cut() -> None:
    tail, data = Tail(), bytes(65 + n % 26 for n in range(200_000))
    for begin in range(0, len(data), 999):
        tail.add(data[begin : begin + 999])
    assert tail.text == data[-64 * 1024 :].decode()


def test_a_disk_that_is_full_is_the_labs_own_problem_and_ends_no_thread_of_the_engines(tmp_path: Path) -> None:
    said = Transcript({"server": MOST_BYTES}, deadline=0, directory=tmp_path)
    said.close()
    said.output("server", "stdout", b"lost\n")
    assert "the services' output cannot be kept" in str(said.blind())
    assert said.arrivals == 1
